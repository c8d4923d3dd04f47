"""What happened since, in words; amounts as typed; the hash of what is signed."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import Code, Finding, Severity
from clinic.monitoring.rules import NO_BREAK
from clinic.titration.rules.safety import RegimenLook
from clinic.visits.rules import since
from clinic.visits.rules.decisions import Asked, read_mg, written_rationale
from clinic.visits.rules.note import content_hash, mental_status_words
from clinic.visits.rules.preview import Decided, FindingLine, with_regimen

VISIT_DAY = dt.date(2026, 3, 2)
SOME_ID = UUID(int=1)


def answer(**more: Any) -> since.AnswerFact:
    told: dict[str, Any] = {
        "id": SOME_ID,
        "on": dt.date(2026, 3, 6),
        "medication": "sertraline",
        "step_mg": Decimal(50),
        "feeling": 4,
        "doses_missed": 0,
        "side_effects": [],
        "in_crisis": False,
        "words": "",
        "worries": [],
        "is_worrying": False,
    }
    return since.AnswerFact(**{**told, **more})


def score(total: int | None, day: int, *, scale: str = "phq9", flags: tuple[str, ...] = ()) -> since.ScoreFact:
    return since.ScoreFact(scale, "1", total, "", flags, dt.date(2026, 3, day))


def test_an_answer_is_one_line() -> None:
    effects = [
        {"code": "headache", "words": "Headache", "bother": 1},
        {"code": "nausea", "words": "Nausea", "bother": 3},
        {"code": "rash", "words": "New rash", "bother": 0},
    ]
    (line,) = since.answer_lines([answer(doses_missed=2, side_effects=effects, words="Better mornings.")])
    assert line.words == (
        "On sertraline 50 mg: feels a little better, 2 doses missed in 7 days, Nausea (a lot), Headache (a little). "
        "“Better mornings.”"
    )
    assert (line.tone, line.view_name, line.source_id) == ("quiet", "checkins:review", SOME_ID)


@pytest.mark.parametrize(
    ("more", "tone"), [({"is_worrying": True, "worries": ["Asked for a call."]}, "warn"), ({"in_crisis": True}, "stop")]
)
def test_a_worrying_answer_stands_out(more: dict[str, Any], tone: str) -> None:
    assert since.answer_lines([answer(**more)])[0].tone == tone


@pytest.mark.parametrize(
    ("scores", "words", "tone"),
    [
        ([score(18, 1), score(9, 9)], "PHQ-9 18 to 9 since Mar 1: 9 points lower: response", "good"),
        ([score(9, 1), score(15, 9)], "PHQ-9 9 to 15 since Mar 1: 6 points higher: worse", "warn"),
        ([score(9, 1), score(9, 9)], "PHQ-9 9 to 9 since Mar 1: no change", "quiet"),
        ([score(9, 3), score(8, 4), score(7, 5)], "PHQ-9 9 to 7 since Mar 3: 2 points lower", "quiet"),
        ([score(9, 1)], "PHQ-9 9, the only score so far", "quiet"),
        ([score(12, 1, flags=("self_harm",))], "PHQ-9 12, with thoughts of death or self-harm", "warn"),
        ([score(None, 9)], "PHQ-9 not scored: too few answers", "quiet"),
    ],
)
def test_scores_are_compared_with_the_last_visit(scores: list[since.ScoreFact], words: str, tone: str) -> None:
    (line,) = since.score_lines(scores, VISIT_DAY)
    assert line.words.startswith(words)
    assert line.tone == tone


def test_a_score_from_before_the_last_visit_is_said_to_be_old() -> None:
    old = [score(12, 1, scale="gad7"), score(10, 2, scale="gad7")]
    assert since.score_lines(old, dt.date(2026, 3, 5))[0].words == "GAD-7 10, not answered since"


def test_measurements_beside_the_first_of_the_time() -> None:
    def weighed(kg: str, day: int, unit: str = "kg") -> since.MeasurementFact:
        return since.MeasurementFact("weight", Decimal(kg), unit, dt.date(2026, 3, day))

    assert since.measurement_lines([weighed("80", 3), weighed("81.4", 9)])[0].words == (
        f"Weight 81.4{NO_BREAK}kg, was 80{NO_BREAK}kg on Mar 3"
    )
    in_pounds = since.measurement_lines([weighed("80", 3), weighed("180", 9, "lb")])
    assert in_pounds[0].words == f"Weight 81.6{NO_BREAK}kg, was 80{NO_BREAK}kg on Mar 3"
    assert (
        since.measurement_lines([weighed("80", 3), weighed("13", 9, "stone")])[0].words == f"Weight 13{NO_BREAK}stone"
    )


def test_each_line_leads_to_where_it_was_taken_from() -> None:
    on, client_id, row_id = dt.date(2026, 3, 9), uuid4(), uuid4()
    pages = {kind: since.with_source(since.Line(kind, on, "Said"), client_id) for kind in ("score", "fill", "other")}
    assert [(one.view_name, one.source_words) for one in pages.values()] == [
        ("scales:record", "Scales"),
        ("titration:supply", "Supply"),
        ("", "Chart"),
    ]
    assert pages["fill"].source_id == client_id
    own = since.Line("change", on, "Raised", view_name="titration:dose_plan", source_id=row_id)
    assert since.with_source(own, client_id) is own


def test_a_critical_result_is_said_as_its_duty_says_it() -> None:
    fact = since.MeasurementFact("lithium", Decimal("1.6"), "mmol/L", dt.date(2026, 3, 9), "Look for toxicity now.")
    [line] = since.measurement_lines([fact])
    assert (line.words, line.tone) == ("Look for toxicity now.", "stop")


def test_a_day_of_another_year_says_so() -> None:
    old = since.ScoreFact("phq9", "1", 18, "", (), dt.date(2024, 12, 27))
    assert "18 to 9 since Dec 27, 2024" in since.score_lines([old, score(9, 4)], None)[0].words
    assert since.day_beside(dt.date(2026, 3, 1), dt.date(2026, 12, 31)) == "Mar 1"


def test_lines_come_newest_first_and_scores_lead_the_summary() -> None:
    lines = [*since.answer_lines([answer()]), *since.score_lines([score(18, 1), score(9, 4)], VISIT_DAY)]
    assert [line.kind for line in since.in_order(lines)] == ["checkin", "score"]
    assert since.summary(lines) == (
        "PHQ-9 18 to 9 (9 points lower: response); no dose missed, no side effects reported."
    )
    assert since.summary([]) == ""


@pytest.mark.parametrize(("typed", "mg"), [("37.5", "37.5"), ("75 mg", "75"), ("1,200", "1200"), ("0.5", "0.5")])
def test_amounts_as_people_type_them(typed: str, mg: str) -> None:
    assert read_mg(typed) == Decimal(mg)


@pytest.mark.parametrize("typed", ["", "0", "-5", "1e3", "ten", "5.5.5", "٣"])
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(RuleBroken, match="new amount in mg a day"):
        read_mg(typed)


def test_no_decision_has_no_rationale() -> None:
    assert written_rationale("", "sertraline", Decimal(50), None, "") == ""
    assert written_rationale("increase", "sertraline", Decimal(50), None, "") == "Increase sertraline."
    assert written_rationale("continue", "sertraline", Decimal(), None, "") == "Continue sertraline as planned."


def test_mental_status_in_words() -> None:
    found = {"mood": {"choice": "down", "words": "tearful"}, "speech": {"choice": "not assessed"}}
    assert [f"{line.label}: {line.words}" for line in mental_status_words(found)] == [
        "Speech: not assessed",
        "Mood, in the client's words: down; tearful",
    ]


def test_the_hash_follows_the_content() -> None:
    assert content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": 2})


def test_what_all_medications_together_say_is_told_beside_a_decision() -> None:
    bleeding = Finding(
        code=Code.INTERACTION, severity=Severity.WARN, medications=("ibuprofen", "sertraline"),
        first_on=dt.date(2026, 3, 2), last_on=None, text="Bleeding is more likely.", rule="x", source="Label",
    )  # fmt: skip
    alone = Decided(
        Asked(UUID(int=1)), proposed=None, problem="", problem_field="", told="", steps=(), findings=(), stops=(),
        falls_away=False, rationale="", token="",
    )  # fmt: skip
    look = RegimenLook((bleeding,), (), version="2026-01-01", unchecked=("Nothing was checked about it.",))
    assert with_regimen(alone, look).findings == (
        FindingLine("warn", "Bleeding is more likely. (from Mar 2, 2026)"),
        FindingLine("warn", "Nothing was checked about it."),
    )
