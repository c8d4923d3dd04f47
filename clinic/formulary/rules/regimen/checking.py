"""The check itself: all that a client takes together, for every day of all plans."""

from collections.abc import Iterable, Iterator
from datetime import date

from clinic.formulary.rules.regimen.amounts import find_above_max
from clinic.formulary.rules.regimen.catalogue import Catalogue, Recognized
from clinic.formulary.rules.regimen.client import find_ages, find_allergies, find_conditions, find_pregnancy
from clinic.formulary.rules.regimen.course import as_asked, courses_of, stretches_of
from clinic.formulary.rules.regimen.days import day_of_number, merged
from clinic.formulary.rules.regimen.findings import Code, Finding, Severity
from clinic.formulary.rules.regimen.loads import find_loads
from clinic.formulary.rules.regimen.pairs import find_duplicates, find_interactions, find_washouts
from clinic.formulary.rules.regimen.person import Person, Taken
from clinic.formulary.rules.regimen.regimen import Regimen, listed
from clinic.formulary.rules.regimen.rows import RuleSet

# Nothing of an entry is in the formulary, or not all of it.
UNKNOWN, UNKNOWN_PART = "unknown-medication", "unknown-part"
CHECKS = (
    find_interactions,
    find_washouts,
    find_duplicates,
    find_above_max,
    find_allergies,
    find_conditions,
    find_pregnancy,
    find_ages,
    find_loads,
)


def check(person: Person, taken: Iterable[Taken], rules: RuleSet, today: date) -> list[Finding]:
    """Everything a prescriber must know about all that a client takes together, gravest first.

    Every day counts, past ones included: one finding for each rule and unbroken run of days. Left out is what
    concerns only medications that ended before `today` (a wash-out concerns the one that begins), and what one
    medication and the client alone had to do with each other before it. Birthdays count up to 90 days after the
    last day that is named. What is not known of the client is never read as "no": rules that need it do not speak.
    """
    entries = tuple(taken)
    regimen = Regimen(person, courses_of(entries, rules.catalogue), rules, today.toordinal())
    found = [finding for find in CHECKS for finding in find(regimen)]
    return sorted([*found, *_unknown(entries, rules.catalogue)], key=lambda finding: finding.place)


def _unknown(entries: Iterable[Taken], catalogue: Catalogue) -> Iterator[Finding]:
    """What is not in the formulary, in whole or in part, ended or not: that nothing was checked about it is said."""
    by_name: dict[str, list[Taken]] = {}
    for entry in entries:
        by_name.setdefault(as_asked(entry.name), []).append(entry)
    for name, same in by_name.items():
        recognized = catalogue.recognize(name)
        if recognized and not recognized.rest:
            continue
        for run in merged((one.first, one.last) for entry in same for one in stretches_of(entry)):
            yield Finding(
                code=Code.UNKNOWN_MEDICATION,
                severity=Severity.WARN,
                medications=(name,),
                first_on=day_of_number(run[0]),
                last_on=day_of_number(run[1]),
                text=_unknown_words(name, recognized),
                rule=UNKNOWN_PART if recognized else UNKNOWN,
                source="the formulary",
            )


def _unknown_words(name: str, recognized: Recognized | None) -> str:
    if recognized is None:
        return f"“{name}” is not in the formulary: nothing was checked about it; consider checking it by hand."
    rest = listed(f"“{word}”" for word in recognized.rest)
    return f"“{name}” was checked as {recognized.ingredient.words}: nothing was checked about {rest} in it."
