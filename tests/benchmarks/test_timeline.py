"""The timeline's measurement draws two years of four medications and tells its times."""

import pytest

from tests.benchmarks import timeline


def test_it_draws_four_medications_of_two_years_with_everything() -> None:
    drawn = timeline.render()
    assert drawn.count("tl-taken") == 4
    assert drawn.count("tl-dot") > 250
    for kind in ("tl-effect", "tl-result", "tl-missed", "tl-event", "tl-visit", "tl-worry"):
        assert kind in drawn


def test_the_times_are_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "milliseconds", lambda: [12.0, 31.0, 40.0])
    timeline.main()
    assert "median 31.0 ms" in capsys.readouterr().out
