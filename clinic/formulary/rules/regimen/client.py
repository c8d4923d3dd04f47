"""One medication and one client: allergies, conditions, pregnancy, age."""

from collections.abc import Iterator

from clinic.formulary.rules.regimen.course import Course
from clinic.formulary.rules.regimen.days import day_of_number
from clinic.formulary.rules.regimen.findings import Code, Finding, Severity
from clinic.formulary.rules.regimen.matching import ages_of, conditions_of, pregnancy_of
from clinic.formulary.rules.regimen.person import Pregnancy
from clinic.formulary.rules.regimen.regimen import Regimen, finding, listed

PREGNANCY_WORDS = {
    Pregnancy.YES: "pregnant",
    Pregnancy.POSSIBLE: "pregnancy possible",
    Pregnancy.UNKNOWN: "pregnancy not known",
    Pregnancy.NO: "not pregnant",
}


def find_allergies(regimen: Regimen) -> Iterator[Finding]:
    """An ingredient, or a class it belongs to, among the client's allergies."""
    catalogue = regimen.rules.catalogue
    tokens: dict[str, str] = {}
    for written in regimen.person.allergies:
        for token in catalogue.allergens(written):
            tokens.setdefault(token, written)
    for course in regimen.courses:
        hit = {written for token, written in tokens.items() if token in course.ingredient.tokens}
        if hit:
            yield from _allergy(course, listed(hit), regimen)


def _allergy(course: Course, allergy: str, regimen: Regimen) -> Iterator[Finding]:
    for run in regimen.runs_to_come(course):
        names = course.names_in(run)
        said = f"an allergy to {allergy} is recorded; consider another medication, or asking what happened."
        yield Finding(
            code=Code.ALLERGY,
            severity=Severity.STOP,
            medications=names,
            first_on=day_of_number(run[0]),
            last_on=day_of_number(run[1]),
            text=f"{listed(names)}: {said}",
            rule="allergy",
            source="the client's recorded allergies",
        )


def find_conditions(regimen: Regimen) -> Iterator[Finding]:
    """A medication that a condition or the kidney function makes risky; codes match by prefix."""
    for course in regimen.courses:
        for rule in conditions_of(regimen.rules, course.ingredient):
            if rule.concerns(regimen.person):
                for run in regimen.runs_to_come(course):
                    names = course.names_in(run)
                    yield finding(Code.CONDITION, rule, names, run, rule.words(a=listed(names)))


def find_pregnancy(regimen: Regimen) -> Iterator[Finding]:
    """A risk with a pregnancy that there is or may be; the gravest also where it is not known."""
    said = PREGNANCY_WORDS[regimen.person.pregnancy]
    for course in regimen.courses:
        for rule in pregnancy_of(regimen.rules, course.ingredient):
            severity = rule.severity_for(regimen.person)
            if severity:
                for run in regimen.runs_to_come(course):
                    names = course.names_in(run)
                    text = rule.words(a=listed(names), pregnancy=said)
                    yield finding(Code.PREGNANCY, rule, names, run, text, severity=severity)


def find_ages(regimen: Regimen) -> Iterator[Finding]:
    """A medication on the days on which the client is of an age; from birthday to birthday."""
    for course in regimen.courses:
        for rule in ages_of(regimen.rules, course.ingredient):
            days = regimen.days_of_ages(rule.age_from, rule.age_below)
            if days:
                for run in regimen.runs_to_come(course, days):
                    names = course.names_in(run)
                    yield finding(Code.AGE, rule, names, run, rule.words(a=listed(names)))
