"""How doses were taken, as the client tells it at a visit: the question of the check-ins, asked in person."""

from collections.abc import Mapping

from clinic.checkins.rules.asking import MOST_DOSES_MISSED, WHY_MISSED
from clinic.core.rules import RuleBroken, unless
from clinic.visits.rules.note import DomainWords, Problem, too_long

# Doses missed in the 7 days before the visit, of all medications together.
MISSED = {str(number): str(number) for number in range(MOST_DOSES_MISSED + 1)}
NONE_MISSED = "0"
HELPED = "What helps with taking it"


def adherence_field(name: str) -> str:
    """The form field of one part of what is told: `missed`, `because`, `helped`."""
    return f"adherence_{name}"


def refusals_of_told(told: Mapping[str, str]) -> list[RuleBroken | None]:
    """Doses missed are 0 to 7 in 7 days, a reason is one of those of the check-ins; anything else is refused."""
    is_number, is_reason = told.get("missed", "") in {"", *MISSED}, told.get("because", "") in {"", *WHY_MISSED}
    return [
        unless(is_number, "Choose a number of doses from the list.", field=adherence_field("missed")),
        unless(is_reason, "Choose why from the list.", field=adherence_field("because")),
    ]


def missing_of_told(told: Mapping[str, str]) -> list[Problem]:
    """What helps is told in few words."""
    return too_long(adherence_field("helped"), f"“{HELPED}”", told.get("helped", ""))


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
