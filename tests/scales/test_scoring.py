import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from clinic.core.contracts import BadField
from clinic.scales.rules import INSTRUMENTS, Sign, baseline_words, change_words, score, score_answers, sign_of
from clinic.scales.rules.instruments import Change


def scored(instrument: str, answers: list[int | None], **rest: Any) -> dict[str, Any]:
    return score({"id": "1", "instrument": instrument, "answers": answers, **rest})


def test_the_example_of_the_contract() -> None:
    assert scored("phq9", [1, 2, 1, 3, 0, 2, 1, 0, 1]) == {
        "instrument": "phq9",
        "total": 11,
        "minimum": 0,
        "maximum": 27,
        "band": "moderate",
        "complete": True,
        "flags": ["self_harm"],
    }


def phq9_of(total: int) -> list[int | None]:
    answers: list[int | None] = []
    for _ in range(9):
        answers.append(min(3, total))
        total -= answers[-1] or 0
    return answers


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "minimal"),
        (4, "minimal"),
        (5, "mild"),
        (9, "mild"),
        (10, "moderate"),
        (14, "moderate"),
        (15, "moderately severe"),
        (19, "moderately severe"),
        (20, "severe"),
        (27, "severe"),
    ],
)
def test_phq9_bands(total: int, band: str) -> None:
    result = scored("phq9", phq9_of(total))
    assert (result["total"], result["band"]) == (total, band)


@pytest.mark.parametrize(
    ("answers", "total", "band"),
    [
        ([1, 1, 1, 1, 0, 0, 0], 4, "minimal"),
        ([1, 1, 1, 1, 1, 0, 0], 5, "mild"),
        ([3, 3, 3, 0, 0, 0, 0], 9, "mild"),
        ([3, 3, 3, 1, 0, 0, 0], 10, "moderate"),
        ([3, 3, 3, 3, 2, 0, 0], 14, "moderate"),
        ([3, 3, 3, 3, 3, 0, 0], 15, "severe"),
        ([3, 3, 3, 3, 3, 3, 3], 21, "severe"),
    ],
)
def test_gad7_bands(answers: list[int | None], total: int, band: str) -> None:
    result = scored("gad7", answers)
    assert (result["total"], result["band"], result["flags"]) == (total, band, [])


@pytest.mark.parametrize(
    ("instrument", "negative", "positive"),
    [
        ("phq2", [1, 1], [2, 1]),
        ("gad2", [0, 2], [0, 3]),
        ("phq8", [3, 3, 3, 0, 0, 0, 0, 0], [3, 3, 3, 1, 0, 0, 0, 0]),
        ("pcl5", [4] * 7 + [2] + [0] * 12, [4] * 7 + [3] + [0] * 12),
    ],
)
def test_screens_are_positive_from_their_cut_point(
    instrument: str, negative: list[int | None], positive: list[int | None]
) -> None:
    assert scored(instrument, negative)["band"] == "negative"
    assert scored(instrument, positive)["band"] == "positive"


@pytest.mark.parametrize(
    ("sex", "answers", "band"),
    [
        ("male", [1, 1, 1], "negative"),
        ("male", [2, 1, 1], "positive"),
        ("female", [1, 1, 0], "negative"),
        ("female", [1, 1, 1], "positive"),
    ],
)
def test_auditc_depends_on_sex(sex: str, answers: list[int | None], band: str) -> None:
    assert scored("auditc", answers, sex=sex)["band"] == band


@pytest.mark.parametrize("sex", [None, "unknown", "", 1, ["male"]])
def test_auditc_is_refused_without_sex(sex: object) -> None:
    with pytest.raises(BadField) as refusal:
        scored("auditc", [1, 1, 1], sex=sex)
    assert refusal.value.field == "sex"


def test_aims_sums_its_first_seven_items_and_has_no_band() -> None:
    result = scored("aims", [1, 2, 0, 4, 0, 0, 1, 4, 3, 2, 1, 0])
    assert (result["total"], result["maximum"], result["band"], result["complete"]) == (8, 28, None, True)


def test_aims_keeps_its_total_when_only_an_unsummed_item_is_missing() -> None:
    result = scored("aims", [1, 2, 0, 4, 0, 0, 1, 4, 3, 2, None, None])
    assert (result["total"], result["complete"]) == (8, False)


@pytest.mark.parametrize("instrument", ["cgi_s", "cgi_i"])
def test_clinical_global_impression_is_one_answer_from_one_to_seven(instrument: str) -> None:
    result = scored(instrument, [4])
    assert (result["total"], result["minimum"], result["maximum"], result["band"]) == (4, 1, 7, None)
    for outside in (0, 8):
        with pytest.raises(BadField):
            scored(instrument, [outside])


@pytest.mark.parametrize(
    ("instrument", "answers", "total"),
    [
        ("phq9", [1, 1, 1, 1, 1, 1, 1, None, 0], 8),  # 7 × 9 / 8 = 7.875
        ("phq9", [1, 1, 1, 1, 0, 0, 0, None, 0], 5),  # 4 × 9 / 8 = 4.5, half up
        ("phq9", [3, 3, 3, 0, 0, 0, None, None, 0], 12),  # 9 × 9 / 7 = 11.57
        ("phq9", [3, 3, 3, 3, 3, 3, 3, None, None], 27),
        ("gad7", [1, 1, 1, 0, 0, 0, None], 4),  # 3 × 7 / 6 = 3.5, half up
        ("gad7", [1, 1, 0, 0, 0, None, None], 3),  # 2 × 7 / 5 = 2.8
    ],
)
def test_up_to_two_missing_items_are_prorated(instrument: str, answers: list[int | None], total: int) -> None:
    result = scored(instrument, answers)
    assert (result["total"], result["prorated"], result["complete"]) == (total, True, False)
    assert result["band"] is not None


@pytest.mark.parametrize(
    ("instrument", "answers", "sex"),
    [
        ("phq9", [3, 3, 3, 3, 3, 3, None, None, None], None),
        ("phq9", [None] * 9, None),
        ("gad7", [3, 3, 3, 3, None, None, None], None),
        ("phq2", [3, None], None),
        ("gad2", [None, 3], None),
        ("phq8", [3] * 7 + [None], None),
        ("auditc", [4, 4, None], "male"),
        ("pcl5", [4] * 19 + [None], None),
        ("aims", [4, 4, 4, 4, 4, 4, None, 0, 0, 0, 0, 0], None),
        ("cgi_s", [None], None),
    ],
)
def test_too_few_answers_have_no_total(instrument: str, answers: list[int | None], sex: str | None) -> None:
    result = scored(instrument, answers, sex=sex)
    assert (result["total"], result["band"], result["complete"]) == (None, None, False)
    assert "prorated" not in result


@pytest.mark.parametrize(
    ("last", "flags"), [(0, []), (1, ["self_harm"]), (3, ["self_harm"]), (None, ["self_harm_unanswered"])]
)
def test_the_ninth_item_raises_its_flag_whatever_the_total(last: int | None, flags: list[str]) -> None:
    assert scored("phq9", [0] * 8 + [last])["flags"] == flags
    assert scored("phq9", [None] * 8 + [last])["flags"] == flags


@pytest.mark.parametrize("value", [4, -1, True, False, 1.0, 1.5, "1", [], {}])
def test_an_answer_outside_its_range_is_refused_by_its_place(value: object) -> None:
    with pytest.raises(BadField) as refusal:
        score({"instrument": "phq9", "answers": [0, 0, 0, value, 0, 0, 0, 0, 0]})
    assert refusal.value.field == "answers[3]"


def test_dental_items_of_aims_are_yes_or_no() -> None:
    with pytest.raises(BadField) as refusal:
        scored("aims", [0] * 10 + [2, 0])
    assert refusal.value.field == "answers[10]"


@pytest.mark.parametrize("answers", [[0] * 8, [0] * 10, [], None, "000000000", {"0": 1}, 5])
def test_a_wrong_count_of_answers_is_refused(answers: object) -> None:
    with pytest.raises(BadField) as refusal:
        score({"instrument": "phq9", "answers": answers})
    assert refusal.value.field == "answers"


@pytest.mark.parametrize("instrument", ["phq", "", None, 9, ["phq9"], "PHQ9"])
def test_an_unknown_instrument_is_refused(instrument: object) -> None:
    with pytest.raises(BadField) as refusal:
        score({"instrument": instrument, "answers": [0] * 9})
    assert refusal.value.field == "instrument"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (20, 10, "10 points lower: response"),
        (20, 11, "9 points lower: a change that matters"),
        (9, 4, "5 points lower: remission"),
        (4, 1, "3 points lower: response"),
        (9, 5, "4 points lower: a change that matters"),
        (9, 6, "3 points lower"),
        (10, 15, "5 points higher: worse"),
        (10, 14, "4 points higher: a change that matters"),
        (10, 11, "1 point higher"),
        (10, 10, "no change"),
        (0, 0, "no change"),
    ],
)
def test_the_words_for_a_change_of_phq9(old: int, new: int, words: str) -> None:
    assert change_words(score_answers("phq9", phq9_of(old)), score_answers("phq9", phq9_of(new))) == words


def test_no_word_of_response_without_a_threshold_for_the_instrument() -> None:
    before, after = score_answers("pcl5", [4] * 20), score_answers("pcl5", [0] * 20)
    assert change_words(before, after) == "80 points lower"
    assert change_words(after, before) == "80 points higher"


def test_a_score_without_total_cannot_be_compared() -> None:
    whole, part = score_answers("phq2", [1, 1]), score_answers("phq2", [1, None])
    assert change_words(whole, part) == "cannot be compared: too few answers"
    assert change_words(part, whole) == "cannot be compared: too few answers"


def test_scores_of_two_instruments_are_never_compared() -> None:
    with pytest.raises(ValueError, match="one instrument"):
        change_words(score_answers("phq2", [1, 1]), score_answers("gad2", [1, 1]))


@pytest.mark.parametrize(
    ("baseline", "new", "words"),
    [
        (18, 9, "50 % lower than 18 on Sep 1: response"),
        (19, 10, "47 % lower than 19 on Sep 1: a change that matters"),
        (18, 4, "77 % lower than 18 on Sep 1: remission"),
        (10, 15, "50 % higher than 10 on Sep 1: worse"),
        (12, 12, "as 12 on Sep 1"),
        (0, 3, "from 0 on Sep 1"),
    ],
)
def test_where_a_total_stands_against_the_baseline(baseline: int, new: int, words: str) -> None:
    assert baseline_words(baseline, dt.date(2026, 9, 1), new, INSTRUMENTS["phq9"]) == words


def test_a_reliable_change_is_told_only_where_the_file_names_its_points() -> None:
    assert sign_of(40, 32, INSTRUMENTS["pcl5"]) is Sign.NONE
    named = replace(INSTRUMENTS["pcl5"], change=Change(None, None, None, "a source", None, Decimal(5)))
    assert sign_of(40, 35, named) is Sign.RELIABLE
    assert sign_of(40, 45, named) is Sign.RELIABLE
    assert sign_of(40, 36, named) is Sign.NONE
