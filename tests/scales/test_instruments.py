import json
from pathlib import Path

import pytest

from clinic.core.rules import RuleBroken
from clinic.scales.rules import INSTRUMENTS, load_pack, load_packs, score_answers

PACK = {
    "code": "sleep3",
    "version": "2026-01",
    "title": "Sleep-3",
    "name": "Three questions on sleep",
    "stem": "In the last week:",
    "completed_by": "client",
    "language": "en-US",
    "source": "A clinic",
    "permission": "Terms accepted",
    "choices": [{"value": 0, "label": "No"}, {"value": 1, "label": "Yes"}],
    "items": [{"text": "Slept badly?"}, {"text": "Woke early?"}, {"text": "Tired by day?"}],
    "bands": [{"at_least": 0, "name": "fine"}, {"at_least": 2, "name": "poor"}],
    "band_source": "A clinic",
}


def written(folder: Path, **changes: object) -> Path:
    path = folder / "sleep3.json"
    path.write_text(json.dumps({**PACK, **changes}))
    return path


def test_the_ten_free_instruments_are_shipped() -> None:
    assert sorted(INSTRUMENTS) == sorted(
        ["phq9", "gad7", "phq2", "gad2", "phq8", "auditc", "pcl5", "aims", "cgi_s", "cgi_i"]
    )


@pytest.mark.parametrize(
    ("code", "items", "minimum", "maximum"),
    [
        ("phq9", 9, 0, 27),
        ("gad7", 7, 0, 21),
        ("phq2", 2, 0, 6),
        ("gad2", 2, 0, 6),
        ("phq8", 8, 0, 24),
        ("auditc", 3, 0, 12),
        ("pcl5", 20, 0, 80),
        ("aims", 12, 0, 28),
        ("cgi_s", 1, 1, 7),
        ("cgi_i", 1, 1, 7),
    ],
)
def test_items_and_range(code: str, items: int, minimum: int, maximum: int) -> None:
    instrument = INSTRUMENTS[code]
    assert (len(instrument.items), instrument.minimum, instrument.maximum) == (items, minimum, maximum)


def test_short_forms_use_the_wording_of_the_long_ones() -> None:
    phq9 = [item.text for item in INSTRUMENTS["phq9"].items]
    assert [item.text for item in INSTRUMENTS["phq2"].items] == phq9[:2]
    assert [item.text for item in INSTRUMENTS["phq8"].items] == phq9[:8]
    gad7 = [item.text for item in INSTRUMENTS["gad7"].items]
    assert [item.text for item in INSTRUMENTS["gad2"].items] == gad7[:2]


@pytest.mark.parametrize("code", ["phq9", "gad7", "phq2", "gad2", "phq8"])
def test_the_answers_read_as_published(code: str) -> None:
    for item in INSTRUMENTS[code].items:
        assert [(choice.value, choice.label) for choice in item.choices] == [
            (0, "Not at all"),
            (1, "Several days"),
            (2, "More than half the days"),
            (3, "Nearly every day"),
        ]


def test_every_instrument_names_source_and_permission_and_each_band_its_source() -> None:
    for instrument in INSTRUMENTS.values():
        assert instrument.source
        assert instrument.permission
        assert instrument.version
        assert bool(instrument.bands) == bool(instrument.band_source)


def test_codes_stand_only_where_confirmed() -> None:
    assert INSTRUMENTS["phq9"].loinc_total == "44261-6"
    assert INSTRUMENTS["phq9"].items[8].loinc == "44260-8"
    assert INSTRUMENTS["pcl5"].loinc_total is None
    assert INSTRUMENTS["gad2"].loinc_panel is None


def test_a_content_pack_scores_like_a_shipped_instrument(tmp_path: Path) -> None:
    written(tmp_path)
    packs = load_packs(tmp_path)
    result = score_answers("sleep3", [1, 1, 0], instruments=packs)
    assert (result.total, result.maximum, result.band) == (2, 3, "poor")


def test_a_content_pack_may_be_toml(tmp_path: Path) -> None:
    shipped = Path("clinic/scales/rules/shipped/gad2.toml")
    copy = tmp_path / "gad2.toml"
    copy.write_text(shipped.read_text())
    assert load_pack(copy) == INSTRUMENTS["gad2"]


def test_two_packs_with_one_code_are_refused(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "zz.json").write_text(json.dumps(PACK))
    with pytest.raises(RuleBroken, match="sleep3 is there twice"):
        load_packs(tmp_path)


def test_a_missing_or_broken_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match=r"nothing\.toml cannot be used"):
        load_pack(tmp_path / "nothing.toml")
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with pytest.raises(RuleBroken, match=r"broken\.json cannot be used"):
        load_pack(broken)


def test_a_pack_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({key: value for key, value in PACK.items() if key != "permission"}))
    with pytest.raises(RuleBroken, match="permission is missing"):
        load_pack(path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"items": []}, "no items"),
        ({"choices": []}, "item 1 needs answers"),
        ({"choices": [{"value": "0", "label": "No"}]}, "item 1 needs answers with whole points"),
        (
            {"choices": [{"value": 0, "label": "No"}, {"value": 0, "label": "Yes"}]},
            "two answers with the same points",
        ),
        ({"summed_items": 4}, "summed_items"),
        ({"prorate_up_to": 3}, "prorate_up_to"),
        ({"band_source": ""}, "no source"),
        ({"bands": [{"at_least": 1, "name": "fine"}]}, "rise from the lowest"),
        ({"bands": [{"at_least": 0, "name": "a"}, {"at_least": 0, "name": "b"}]}, "rise from the lowest"),
        ({"bands_by_sex": {"male": [{"at_least": 0, "name": "a"}]}}, "male and female"),
        ({"flags": [{"item": 4, "at_least": 1, "name": "x"}]}, "a flag names an item"),
    ],
)
def test_a_definition_that_would_score_wrongly_is_refused(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(RuleBroken, match=reason):
        load_pack(written(tmp_path, **changes))


def test_a_pack_may_name_its_threshold_of_remission(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({**PACK, "change": {"remission_at_most": 1, "source": "a paper"}}))
    change = load_pack(path).change
    assert change is not None
    assert (change.remission_at_most, change.response_percent, change.worse_points) == (1, None, None)
