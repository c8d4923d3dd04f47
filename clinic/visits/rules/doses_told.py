"""How doses were taken, as the client tells it at a visit: the question of the check-ins, asked in person."""

from collections.abc import Mapping

from clinic.checkins.rules.asking import MOST_DOSES_MISSED, WHY_MISSED
from clinic.core.rules import refuse, unless
from clinic.visits.rules.note import LONGEST_WORDS, DomainWords

# Doses missed in the 7 days before the visit, of all medications together.
MISSED = {str(number): str(number) for number in range(MOST_DOSES_MISSED + 1)}
NONE_MISSED = "0"
HELPED = "What helps with taking it"


def adherence_field(name: str) -> str:
    """The form field of one part of what is told: `missed`, `because`, `helped`."""
    return f"adherence_{name}"


def check_adherence(told: Mapping[str, str]) -> None:
    """Doses missed are 0 to 7 in 7 days, a reason is one of those of the check-ins, words are few; RuleBroken else."""
    is_number, is_reason = told.get("missed", "") in {"", *MISSED}, told.get("because", "") in {"", *WHY_MISSED}
    is_short = len(told.get("helped", "")) <= LONGEST_WORDS
    refuse(
        unless(is_number, "Choose a number of doses from the list.", field=adherence_field("missed")),
        unless(is_reason, "Choose why from the list.", field=adherence_field("because")),
        unless(is_short, f"Keep this under {LONGEST_WORDS} characters.", field=adherence_field("helped")),
    )


def tidy_adherence(told: Mapping[str, str]) -> dict[str, str]:
    """What was told; a reason counts only where doses were missed."""
    kept = {name: text.strip() for name, text in told.items() if text.strip()}
    if kept.get("missed", NONE_MISSED) == NONE_MISSED:
        kept.pop("because", None)
    return kept


def adherence_words(told: Mapping[str, str]) -> list[DomainWords]:
    """What was told, as it is read in the note."""
    lines = [DomainWords("Doses missed in 7 days", missed_words(told))] if told.get("missed") else []
    return [*lines, *([DomainWords(HELPED, told["helped"])] if told.get("helped") else [])]


def missed_words(told: Mapping[str, str]) -> str:
    """Such as "2 (“I forgot”)"."""
    missed = {NONE_MISSED: "none"}.get(told["missed"], told["missed"])
    return f"{missed} (“{WHY_MISSED[told['because']]}”)" if told.get("because") else missed


def adherence_fields(told: Mapping[str, str]) -> dict[str, str]:
    """What was told by form field."""
    return {adherence_field(name): told.get(name, "") for name in ("missed", "because", "helped")}
