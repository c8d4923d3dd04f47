import json
from decimal import Decimal
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
    with pytest.raises(RuleBroken, match="permission: is missing"):
        load_pack(path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"items": []}, "items: must be 1 to 100 questions"),
        ({"items": "none"}, "items: must be a list"),
        ({"items": ["Slept badly?"]}, "items[0]: must hold names with values"),
        ({"items": [{"text": " "}]}, "items[0].text: must be a text"),
        ({"items": [{"text": "Slept?", "chioces": []}]}, "items[0].chioces: is no name of a definition"),
        ({"choices": []}, "items[0].choices: is missing"),
        ({"choices": [{"value": "0", "label": "No"}]}, "choices[0].value: must be a whole number"),
        ({"choices": [{"value": -1, "label": "No"}]}, "choices[0].value: must be a whole number of points from 0"),
        ({"choices": [{"label": "No"}]}, "choices[0].value: is missing"),
        ({"choices": [{"value": 0, "label": "No"}, {"value": 0, "label": "Y"}]}, "choices[1].value: two answers count"),
        ({"code": "Sleep 3"}, "code: must be up to 20 small letters"),
        ({"version": "x" * 21}, "version: must be a text of up to 20"),
        ({"title": "a\x00b"}, "title: must be a text"),
        ({"summed_items": 4}, "summed_items: must lie within"),
        ({"prorate_up_to": 3}, "prorate_up_to: must be below"),
        ({"band_source": None}, "band_source"),
        ({"bands": [{"at_least": 1, "name": "fine"}]}, "bands: must rise from the lowest total, 0"),
        ({"bands": [{"at_least": 0, "name": "a"}, {"at_least": 0, "name": "b"}]}, "bands: must rise"),
        ({"bands_by_sex": {"male": [{"at_least": 0, "name": "a"}]}}, "bands_by_sex: must be given for male and female"),
        ({"bands_by_sex": {"male": [], "female": []}}, "bands_by_sex.male: must rise"),
        ({"flags": [{"item": 4, "at_least": 1, "name": "x"}]}, "flags[0].item: a flag names an item"),
        ({"change": {"source": "a", "matters_points": "3"}}, "change.matters_points: must be a number"),
        ({"terms": {"version": "1"}}, "terms.text: is missing"),
        ({"wordings": []}, "wordings: must hold names"),
        ({"wordings": {"es": {"items": ["a"]}}}, "wordings.es.items: must be 3 texts"),
        ({"wordings": {"es": {"items": ["a", "b", ""]}}}, "wordings.es.items[2].text: must be a text"),
        ({"wordings": {"es": {"items": list("abc"), "choices": ["No"]}}}, "wordings.es.choices: must be as many"),
        ({"answers": 3}, "answers: is no name of a definition"),
    ],
)
def test_what_would_score_wrongly_is_refused_with_its_place_in_the_file(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        load_pack(written(tmp_path, **changes))
    assert refusal.value.reason.startswith("The scale in sleep3.json cannot be used: ")
    assert said in refusal.value.reason


def test_bands_without_a_source_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({key: value for key, value in PACK.items() if key != "band_source"}))
    with pytest.raises(RuleBroken, match="band_source: is missing: its bands name no source"):
        load_pack(path)


def test_a_definition_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text("[]")
    with pytest.raises(RuleBroken, match="must hold names with values"):
        load_pack(path)


SPANISH = {"stem": "En la última semana:", "source": "A clinic", "items": list("abc"), "choices": ["No", "Sí"]}


def test_a_pack_may_be_asked_in_another_language_with_the_same_points(tmp_path: Path) -> None:
    scale = load_pack(written(tmp_path, wordings={"es": SPANISH}))
    spanish = scale.in_language("es")
    assert (spanish.language, spanish.stem, spanish.items[1].text) == ("es", "En la última semana:", "b")
    assert [(choice.value, choice.label) for choice in spanish.items[0].choices] == [(0, "No"), (1, "Sí")]
    assert scale.in_language("fr") is scale
    assert spanish.bands == scale.bands


def test_the_spanish_of_the_short_forms_is_that_of_the_long_one() -> None:
    phq9 = INSTRUMENTS["phq9"].in_language("es")
    for code, items in (("phq8", 8), ("phq2", 2)):
        short = INSTRUMENTS[code].in_language("es")
        assert (short.stem, short.items) == (phq9.stem, phq9.items[:items])
    assert phq9.items[8].choices[0].label == "Ningún día"
    assert len(phq9.items) == 9


def test_a_scale_without_a_free_spanish_wording_stays_in_english() -> None:
    assert sorted(code for code, scale in INSTRUMENTS.items() if scale.wordings) == ["phq2", "phq8", "phq9"]


def test_a_pack_may_name_its_threshold_of_remission(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({**PACK, "change": {"remission_at_most": 1, "source": "a paper"}}))
    change = load_pack(path).change
    assert change is not None
    assert (change.remission_at_most, change.response_percent, change.worse_points) == (1, None, None)
    path.write_text(json.dumps({**PACK, "change": {"reliable_points": 2, "matters_points": 1.5, "source": "a paper"}}))
    change = load_pack(path).change
    assert change is not None
    assert (change.reliable_points, change.matters_points) == (2, Decimal("1.5"))
