"""The check against a slow one that looks at every single day, on regimens drawn at random.

The slow one knows only the meaning of the rules: which medications, which days, which amounts. It shares no code
with the check but the rules and what a person or an entry is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.formulary.rules.regimen import Finding, Person, Pregnancy, Severity, Sex, Span, Taken, check
from clinic.formulary.rules.regimen.catalogue import Ingredient
from clinic.formulary.rules.regimen.rows import AgeRule, LimitRule, LoadRule, PairRule, WashoutRule
from tests.formulary.regimens import RULES, START, TODAY

MANY = settings(max_examples=150, deadline=None)
NAMES = (
    *("sertraline", "zoloft", "citalopram", "fluoxetine", "venlafaxine", "phenelzine", "tranylcypromine"),
    *("trazodone", "omeprazole", "lorazepam", "zolpidem", "quetiapine", "ziprasidone", "methadone", "lithium"),
    *("lamotrigine", "carbamazepine", "valproate", "benztropine", "amitriptyline", "naltrexone", "auvelity"),
)
WINDOW_FROM, WINDOW_TO = -5, 220
FIRST = START - timedelta(days=60)
Key = tuple[str, str, tuple[str, ...], int | None, int | None]


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    count = draw(st.integers(1, 3))
    edges = sorted(draw(st.lists(st.integers(0, 80), min_size=2 * count, max_size=2 * count, unique=True)))
    made = []
    for place in range(count):
        first, last = edges[2 * place], edges[2 * place + 1]
        is_first, is_last = place == 0, place == count - 1
        made.append(
            Span(
                None if is_first and draw(st.booleans()) else FIRST + timedelta(days=first),
                None if is_last and draw(st.booleans()) else FIRST + timedelta(days=last),
                draw(st.sampled_from([None, *map(Decimal, ("10", "20", "40", "100", "150", "250"))])),
                draw(st.sampled_from([1, 1, 1, 2, 3])),
            )
        )
    return tuple(made)


ENTRIES = st.lists(st.builds(Taken, st.sampled_from(NAMES), spans()), min_size=1, max_size=5)
PEOPLE = st.builds(
    Person,
    birth_on=st.one_of(
        st.none(),
        st.builds(
            lambda years, days: START.replace(year=START.year - years) - timedelta(days=days),
            st.sampled_from([24, 25, 30, 60, 61, 64, 65]),
            st.integers(-30, 30),
        ),
    ),
    sex=st.sampled_from([None, Sex.FEMALE, Sex.MALE]),
    pregnancy=st.sampled_from(list(Pregnancy)),
    conditions=st.sampled_from([(), ("F31.81",), ("E87.6", "F20.9")]),
    allergies=st.sampled_from([(), ("ssri",), ("lamictal",)]),
    egfr=st.sampled_from([None, Decimal(20), Decimal(90)]),
    qtc_ms=st.sampled_from([None, Decimal(440), Decimal(470), Decimal(505)]),
)


@dataclass(frozen=True)
class Day:
    """What one day looks like: each ingredient with the names and amounts of its entries, and the client's age."""

    number: int
    on: date
    taken: dict[Ingredient, list[tuple[str, Span]]]
    age: int | None
    is_far: bool

    def names(self, ingredient: Ingredient) -> set[str]:
        return {name for name, _ in self.taken[ingredient]}

    def amount(self, ingredient: Ingredient, *, on_doses: bool) -> Decimal | None:
        """The mg of a day: of what is really taken on it, or as if every entry were; None when one is unknown."""
        total = Decimal()
        for _, span in self.taken[ingredient]:
            if span.mg_per_day is None:
                if not on_doses:
                    return None
            elif not on_doses or is_dose_day(span, self.on):
                total += span.mg_per_day
        return total


def is_dose_day(span: Span, on: date) -> bool:
    return span.first_on is None or span.every_days == 1 or (on - span.first_on).days % span.every_days == 0


def runs_on(span: Span, on: date) -> bool:
    return (span.first_on is None or span.first_on <= on) and (span.last_on is None or on <= span.last_on)


def completed_years(born: date | None, on: date) -> int | None:
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def calendar(entries: Iterable[Taken], person: Person) -> list[Day]:
    """Every day of the window: from before the first day named to after the last birthday that counts."""
    entries = list(entries)
    named = [day for one in entries for span in one.spans for day in (span.first_on, span.last_on) if day]
    after_last = [day + timedelta(days=1) for one in entries for span in one.spans if (day := span.last_on)]
    horizon = max([TODAY, *named, *after_last]) + timedelta(days=90)
    days = []
    for number in range(WINDOW_FROM, WINDOW_TO):
        on = FIRST + timedelta(days=number)
        taken: dict[Ingredient, list[tuple[str, Span]]] = {}
        for one in entries:
            recognized = RULES.catalogue.recognize(one.name)
            assert recognized
            for span in one.spans:
                if runs_on(span, on):
                    taken.setdefault(recognized.ingredient, []).append((one.name, span))
        age = completed_years(person.birth_on, min(on, horizon))
        days.append(Day(number, on, taken, age, on > horizon))
    return days


def unbroken(days: list[Day], holds: Callable[[Day], Any]) -> list[tuple[Any, list[Day]]]:
    """The unbroken runs of days on which the same thing holds."""
    runs = groupby(days, key=holds)
    return [(what, list(run)) for what, run in runs if what]


def key(code: str, rule: str, names: Iterable[str], run: list[Day], days: list[Day]) -> Key:
    first = None if run[0] is days[0] else run[0].number
    last = None if run[-1] is days[-1] else run[-1].number
    return code, rule, tuple(sorted(set(names))), first, last


def still_taken(days: list[Day], *ingredients: Ingredient) -> bool:
    return any(one in day.taken for day in days for one in ingredients if day.on >= TODAY)


def names_of(run: list[Day], *ingredients: Ingredient) -> set[str]:
    return {name for day in run for one in ingredients if one in day.taken for name in day.names(one)}


def both(rule: PairRule, one: Ingredient, other: Ingredient) -> bool:
    return any(rule.side_a.covers(a) and rule.side_b.covers(b) for a, b in ((one, other), (other, one)))


def counts(rule: PairRule | LoadRule, ingredient: Ingredient, day: Day) -> bool:
    """Whether an ingredient counts on a day: taken, and not in an amount too small for the rule."""
    if ingredient not in day.taken:
        return False
    for small in rule.not_counted:
        if small.ingredient == ingredient.name:
            amount = day.amount(ingredient, on_doses=False)
            return amount is None or amount > small.most_mg
    return True


def slow_interactions(days: list[Day], ingredients: list[Ingredient]) -> Iterable[Key]:
    for one, other in combinations(ingredients, 2):
        for rule in RULES.interactions:
            if rule.is_active and both(rule, one, other) and still_taken(days, one, other):
                for _, run in unbroken(days, lambda day: one in day.taken and other in day.taken):  # noqa: B023 - used at once
                    yield key("interaction", rule.rule, names_of(run, one, other), run, days)


def slow_duplicates(days: list[Day], ingredients: list[Ingredient]) -> Iterable[Key]:
    for one, other in combinations(ingredients, 2):
        rules = [rule for rule in RULES.duplicates if rule.is_active and both(rule, one, other)]
        if rules and still_taken(days, one, other):
            rule = rules[0]
            for _, run in unbroken(days, lambda day: counts(rule, one, day) and counts(rule, other, day)):  # noqa: B023 - used at once
                yield key("duplicate_therapy", rule.rule, names_of(run, one, other), run, days)


def last_dose(days: list[Day], run: list[Day], ingredient: Ingredient) -> int:
    """The last day of a run on which one of the entries that end with it is really taken."""
    ending = [span for _, span in run[-1].taken[ingredient]]
    return max(day.number for day in run if any(runs_on(span, day.on) and is_dose_day(span, day.on) for span in ending))


def slow_washouts(days: list[Day], ingredients: list[Ingredient]) -> Iterable[Key]:
    for rule in RULES.washouts:
        for one in ingredients:
            for other in ingredients:
                if one is not other and rule.is_active and rule.stopped.covers(one) and rule.started.covers(other):
                    yield from slow_washout(rule, days, one, other)


def slow_washout(rule: WashoutRule, days: list[Day], stopped: Ingredient, started: Ingredient) -> Iterable[Key]:
    if not still_taken(days, started):
        return
    stopped_runs = [run for _, run in unbroken(days, lambda day: stopped in day.taken)]
    for _, run in unbroken(days, lambda day: started in day.taken):
        before = [one for one in stopped_runs if one[0].number < run[0].number]
        if run[0] is days[0] or not before or before[-1][-1] is days[-1]:
            continue
        earliest = last_dose(days, before[-1], stopped) + rule.days
        too_soon = [day for day in run if day.number < earliest]
        if too_soon:
            names = names_of(before[-1], stopped) | names_of(too_soon, started)
            yield key("washout", rule.rule, names, too_soon, days)


def governs(limits: list[LimitRule], ingredient: Ingredient, day: Day, person: Person) -> LimitRule | None:
    applying = [one for one in limits if applies(one, ingredient, day, person)]
    if any(one.replaces_general for one in applying):
        applying = [one for one in applying if not one.is_general]
    return min(applying, key=lambda one: one.max_mg, default=None)


def applies(limit: LimitRule, ingredient: Ingredient, day: Day, person: Person) -> bool:
    with_others = [other for other in day.taken if other is not ingredient]
    needed = [side for side in (limit.taken_with, limit.taken_with_too) if side]
    return (
        of_age(limit, day.age)
        and (limit.egfr_from is None or (person.egfr is not None and person.egfr >= limit.egfr_from))
        and (limit.egfr_below is None or (person.egfr is not None and person.egfr < limit.egfr_below))
        and (limit.conditions is None or limit.conditions.cover(person))
        and all(any(side.covers(other) for other in with_others) for side in needed)
        and not (limit.not_taken_with and any(limit.not_taken_with.covers(other) for other in with_others))
    )


def of_age(rule: LimitRule | AgeRule, age: int | None) -> bool:
    if rule.age_from is None and rule.age_below is None:
        return True
    return age is not None and (rule.age_from or 0) <= age < (rule.age_below or 999)


def slow_above_max(days: list[Day], ingredients: list[Ingredient], person: Person) -> Iterable[Key]:
    """Neighbouring days with the same entries and the same maximum are one piece, over it from its first to last
    such day; pieces that follow each other over one maximum are one finding."""
    for ingredient in ingredients:
        limits = [one for one in RULES.limits if one.is_active and one.ingredient == ingredient.name]
        pieces = []
        for _, run in groupby(days, key=lambda day: piece_of(day, limits, ingredient, person)):
            piece = list(run)
            limit = governs(limits, ingredient, piece[0], person) if ingredient in piece[0].taken else None
            over = [day for day in piece if limit and (day.amount(ingredient, on_doses=True) or 0) > limit.max_mg]
            pieces.append((limit if over else None, piece, over))
        for limit, same in groupby(pieces, key=lambda piece: piece[0]):
            together = list(same)
            if limit:
                last_piece, last_over = together[-1][1], together[-1][2]
                ends_open = last_piece[-1] is days[-1]
                span = [together[0][2][0], days[-1] if ends_open else last_over[-1]]
                names = {
                    name for day in days if span[0].number <= day.number <= span[1].number
                    for name in (day.names(ingredient) if ingredient in day.taken else ())
                }  # fmt: skip
                if span[1].on >= TODAY:
                    yield key("above_max", limit.rule, names, span, days)


def piece_of(day: Day, limits: list[LimitRule], ingredient: Ingredient, person: Person) -> Any:
    if ingredient not in day.taken:
        return None
    entries = [(name, id(span)) for name, span in day.taken[ingredient]]
    limit = governs(limits, ingredient, day, person)
    return tuple(entries), limit.rule if limit else None


def slow_client(days: list[Day], ingredients: list[Ingredient], person: Person) -> Iterable[Key]:
    for ingredient in ingredients:
        held: list[tuple[str, str, Callable[[Day], bool]]] = []
        allergens = {token for written in person.allergies for token in RULES.catalogue.allergens(written)}
        if allergens & ingredient.tokens:
            held.append(("allergy", "allergy", lambda _: True))
        for condition in RULES.conditions:
            if condition.is_active and condition.medications.covers(ingredient) and condition.concerns(person):
                held.append(("condition", condition.rule, lambda _: True))
        for risk in RULES.pregnancy:
            if risk.is_active and risk.medications.covers(ingredient) and risk.severity_for(person):
                held.append(("pregnancy", risk.rule, lambda _: True))
        for age in RULES.ages:
            if age.is_active and age.medications.covers(ingredient):
                held.append(("age", age.rule, lambda day, age=age: of_age(age, day.age)))  # type: ignore[misc]
        for code, rule, holds in held:
            for _, run in unbroken(days, lambda day: ingredient in day.taken and holds(day)):  # noqa: B023 - used at once
                if run[-1].on >= TODAY:
                    yield key(code, rule, names_of(run, ingredient), run, days)


def slow_loads(days: list[Day], ingredients: list[Ingredient], person: Person) -> Iterable[Key]:
    for code in {rule.code for rule in RULES.loads}:
        rules = [rule for rule in RULES.loads if rule.code is code and rule.is_active and rule.concerns(person)]

        def speaking(day: Day, rules: list[LoadRule] = rules) -> Any:
            for rule in rules:
                counted = tuple(one for one in ingredients if rule.counted.covers(one) and counts(rule, one, day))
                is_of_age = rule.age_from is None or (day.age is not None and day.age >= rule.age_from)
                if len(counted) >= rule.at_least and is_of_age:
                    return rule.rule, counted
            return None

        for (rule, counted), run in unbroken(days, speaking):
            if still_taken(days, *counted):
                yield key(code, rule, names_of(run, *counted), run, days)


def slow_check(person: Person, entries: list[Taken]) -> set[Key]:
    days = calendar(entries, person)
    ingredients = list(dict.fromkeys(one for day in days for one in day.taken))
    return {
        *slow_interactions(days, ingredients),
        *slow_duplicates(days, ingredients),
        *slow_washouts(days, ingredients),
        *slow_above_max(days, ingredients, person),
        *slow_client(days, ingredients, person),
        *slow_loads(days, ingredients, person),
    }


def keys(found: Iterable[Finding]) -> set[Key]:
    """What was found, as the slow check says it: days before its window are since always."""

    def number(on: date | None) -> int | None:
        return None if on is None or (on - FIRST).days <= WINDOW_FROM else (on - FIRST).days

    return {(one.code, one.rule, one.medications, number(one.first_on), number(one.last_on)) for one in found}


@MANY
@given(PEOPLE, ENTRIES)
def test_the_check_finds_what_looking_at_every_day_finds(person: Person, entries: list[Taken]) -> None:
    found = check(person, entries, RULES, TODAY)
    assert keys(found) == slow_check(person, entries)
    assert len({(one.rule, one.medications, one.first_on, one.text) for one in found}) == len(found)


def regimen() -> list[Taken]:
    def entry(name: str, first: int, last: int | None, mg: str) -> Taken:
        return Taken(name, (Span(FIRST + timedelta(days=first), last and FIRST + timedelta(days=last), Decimal(mg)),))

    return [entry("phenelzine", 0, 70, "45"), entry("sertraline", 65, None, "300"), entry("lorazepam", 20, None, "2")]


@pytest.mark.parametrize("code", ["interaction", "washout", "above_max", "allergy", "additive_serotonergic", "age"])
@pytest.mark.parametrize("field", ["first_on", "last_on"])
def test_a_planted_day_too_many_is_seen(code: str, field: str) -> None:
    person = Person(birth_on=date(1950, 1, 1), allergies=("phenelzine",))
    found = check(person, regimen(), RULES, TODAY)
    assert keys(found) == slow_check(person, regimen())
    spoiled = [
        replace(one, **{field: (getattr(one, field) or START) + timedelta(days=1)}) if one.code == code else one
        for one in found
    ]
    assert keys(spoiled) != slow_check(person, regimen())


@MANY
@given(PEOPLE, ENTRIES, st.randoms())
def test_the_order_of_the_entries_and_the_case_of_names_change_nothing(
    person: Person, entries: list[Taken], shuffling: Any
) -> None:
    found = check(person, entries, RULES, TODAY)
    shuffled = [replace(one, name=one.name.upper()) for one in entries]
    shuffling.shuffle(shuffled)
    assert [one.to_json() for one in check(person, shuffled, RULES, TODAY)] == [one.to_json() for one in found]


@MANY
@given(PEOPLE, ENTRIES)
def test_every_answer_is_in_order_names_its_source_and_marks_what_nobody_reviewed(
    person: Person, entries: list[Taken]
) -> None:
    found = check(person, entries, RULES, TODAY)
    asked = {one.name for one in entries}
    assert [one.place for one in found] == sorted(one.place for one in found)
    for one in found:
        assert one.source
        assert set(one.medications) <= asked
        assert one.first_on is None or one.last_on is None or one.first_on <= one.last_on
        assert (one.earliest_on is not None) is (one.code == "washout")
        assert one.text.endswith("(not yet reviewed by the medical director)") is (one.code != "allergy")
        assert one.severity in Severity
