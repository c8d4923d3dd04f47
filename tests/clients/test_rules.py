"""Names, birth dates and phones as they are compared; what must be true of a client."""

import datetime as dt
import uuid
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.clients import rules
from clinic.clients.rules import Contact, Likeness, Person, Related
from clinic.clients.rules.names import nicknames_of
from clinic.core.rules import RuleBroken

TODAY = dt.date(2026, 3, 4)


@pytest.mark.parametrize(
    ("name", "is_read"),
    [("José  María", "jose maria"), ("ŁØßÆ", "lossae"), ("李 明", "李 明"), ("Мария", "мария"), ("O'Brien", "o brien")],
)
def test_names_are_folded_in_every_script(name: str, is_read: str) -> None:
    assert rules.folded(name) == is_read


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert rules.folded(rules.folded(text)) == rules.folded(text)


def test_joined_names_are_found_whole_and_in_parts() -> None:
    assert rules.words_of("Smith-Jones") == ("smith", "jones", "smithjones")


@pytest.mark.parametrize(
    ("one", "other"), [("robert", "bob"), ("jose", "pepe"), ("francisco", "paco"), ("margaret", "peggy")]
)
def test_nicknames_work_both_ways(one: str, other: str) -> None:
    assert other in nicknames_of(one)
    assert one in nicknames_of(other)


def test_search_text_holds_everything_a_client_is_found_by() -> None:
    text = rules.search_text_of(
        given_names="José", family_name="Nuñez", birth_on=dt.date(1990, 12, 10), phones=["+18015550100"]
    )
    for part in (" jose nunez ", " nunez jose ", " pepe ", " 19901210 ", " 12101990 ", " 18015550100 "):
        assert part in text


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("1990-12-10", [dt.date(1990, 12, 10), dt.date(1990, 10, 12)]),
        ("12/10/1990", [dt.date(1990, 12, 10), dt.date(1990, 10, 12)]),
        ("12/25/90", [dt.date(1990, 12, 25)]),
        ("1/2/26", [dt.date(2026, 1, 2), dt.date(2026, 2, 1)]),
        ("dec 10 1990", [dt.date(1990, 12, 10)]),
        ("December 10th, 1990", [dt.date(1990, 12, 10)]),
        ("10 dec 1990", [dt.date(1990, 12, 10)]),
        ("99/99/1990", []),
        ("foo 10 1990", []),
    ],
)
def test_birth_dates_are_understood(text: str, dates: list[dt.date]) -> None:
    assert list(rules.wanted_from(text, today=TODAY).birth_dates) == dates


def test_a_search_is_taken_apart() -> None:
    wanted = rules.wanted_from("Byron (801) 555-0100 de 李", today=TODAY)
    assert (wanted.words, wanted.short_words, wanted.digits) == (("byron", "u674e"), ("de",), ("8015550100",))
    assert rules.wanted_from("ada 55", today=TODAY).digits == ("55",)
    assert not rules.wanted_from(" -- ", today=TODAY)


@pytest.mark.parametrize("typed", ["simth", "smyth", "smth", "smiith", "smilth", "msith"])
def test_one_slip_leads_to_what_was_meant(typed: str) -> None:
    assert "smith" in rules.slips_of(typed)


def test_slips_are_few_and_of_letters_alone() -> None:
    assert rules.slips_of("abc") == ()
    assert rules.slips_of("u674e") == ()
    assert len(rules.slips_of("abernathy")) < 450
    assert len(rules.slips_of("hartmannson")) == 9
    assert "smith" not in rules.slips_of("smith")


ADA = Person(given_names="Robert", family_name="Nuñez", birth_on=dt.date(1990, 12, 10), reached_at=frozenset({"+1801"}))


@pytest.mark.parametrize(
    ("other", "is_like"),
    [
        (Person(given_names="Bob", family_name="Nunez", birth_on=dt.date(1990, 12, 10)), Likeness.ALMOST_SURE),
        (Person(given_names="Nunez", family_name="Robert", birth_on=dt.date(1990, 12, 10)), Likeness.ALMOST_SURE),
        (Person(given_names="Robbert", family_name="Smith", birth_on=dt.date(1990, 12, 10)), Likeness.LIKELY),
        (Person(given_names="Rob", family_name="Nunes", reached_at=frozenset({"+1801"})), Likeness.LIKELY),
        (Person(given_names="Robert", family_name="Nunez", birth_on=dt.date(1950, 1, 1)), Likeness.POSSIBLE),
        (Person(given_names="Eve", family_name="Nunez", reached_at=frozenset({"+1801"})), Likeness.POSSIBLE),
        (Person(given_names="Eve", family_name="Nunez"), Likeness.NONE),
        (Person(given_names="Eve", family_name="Smith", birth_on=dt.date(1990, 12, 10)), Likeness.NONE),
    ],
)
def test_two_records_may_be_one_person(other: Person, is_like: Likeness) -> None:
    assert rules.likeness(ADA, other) == rules.likeness(other, ADA) == is_like


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("801-555-0100", "+18015550100"), ("+44 20 7946 0958", "+442079460958"), ("12", None), ("call me", None)],
)
def test_phones_are_kept_as_e164(typed: str, kept: str | None) -> None:
    assert rules.phone_number(typed) == kept


@pytest.mark.parametrize(
    "contact",
    [
        Contact(kind="email", value="a@b.example", may_text=True),
        Contact(kind="phone", value="801-555-0100", may_email=True),
        Contact(kind="phone", value="801-555-0100", may_leave_voicemail=True),
        Contact(kind="phone", value="12"),
        Contact(kind="email", value="nobody"),
    ],
)
def test_a_contact_that_cannot_be_used_so_is_refused(contact: Contact) -> None:
    with pytest.raises(RuleBroken):
        rules.checked_contact(contact)


def test_an_email_is_kept_in_lower_case() -> None:
    assert rules.checked_contact(Contact(kind="email", value=" Ada@Mail.example ")).value == "ada@mail.example"


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (Related(kind="guardian", name=" ", phone="801-555-0100"), "guardian_name"),
        (Related(kind="guardian", name="Eve"), "guardian_phone"),
        (Related(kind="emergency", name="Eve", phone="1"), "emergency_phone"),
        (Related(kind="guardian", name="Eve", email="x"), "guardian_email"),
    ],
)
def test_people_standing_by_need_a_name_and_a_way_to_reach(person: Related, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        rules.checked_related(person)
    assert refusal.value.field == field


@pytest.mark.parametrize("born", [dt.date(2026, 3, 5), dt.date(1905, 3, 4)])
def test_impossible_birth_dates_are_refused(born: dt.date) -> None:
    with pytest.raises(RuleBroken):
        rules.check_birth_date(born, today=TODAY)


def test_a_minor_needs_a_guardian() -> None:
    rules.check_guardian(dt.date(2008, 3, 4), has_guardian=False, today=TODAY)
    rules.check_guardian(dt.date(2008, 3, 5), has_guardian=True, today=TODAY)
    with pytest.raises(RuleBroken):
        rules.check_guardian(dt.date(2008, 3, 5), has_guardian=False, today=TODAY)


def test_a_time_zone_must_exist() -> None:
    rules.check_time_zone("Pacific/Chatham")
    with pytest.raises(RuleBroken):
        rules.check_time_zone("Mars/Olympus")


def test_status_moves() -> None:
    rules.check_status_move("paused", "active")
    for old, new in (("active", "enquiry"), ("active", "active"), ("enquiry", "paused")):
        with pytest.raises(RuleBroken):
            rules.check_status_move(old, new)


@pytest.mark.parametrize(
    ("role", "owned", "works"),
    [("auditor", ["auditor"], True), ("prescriber", ["therapist"], True), ("prescriber", ["prescriber"], False)],
)
def test_who_may_not_join_a_care_team(role: str, owned: list[str], works: bool) -> None:
    with pytest.raises(RuleBroken):
        rules.check_team_role(role, owned, is_active=works)


@pytest.mark.parametrize(
    ("role", "reason"), [("coordinator", "a long enough reason"), ("prescriber", "  too short    ")]
)
def test_the_emergency_door_stays_shut(role: str, reason: str) -> None:
    with pytest.raises(RuleBroken):
        rules.check_break_glass(role, reason)


def test_a_review_is_by_another_person_and_once() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    rules.check_review(used_by=one, reviewer=other, is_reviewed=False)
    for reviewer, is_reviewed in ((one, False), (other, True)):
        with pytest.raises(RuleBroken):
            rules.check_review(used_by=one, reviewer=reviewer, is_reviewed=is_reviewed)


def test_a_language_reads_as_people_call_it() -> None:
    assert rules.language_name("es") == "Spanish"
    assert rules.language_name("tlh") == "tlh"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Denver", "Mountain Time (Denver)"),
        ("America/Phoenix", "Mountain Time (Phoenix)"),
        ("America/New_York", "Eastern Time (New York)"),
        ("America/Indiana/Knox", "Central Time (Knox, Indiana)"),
        ("America/Anchorage", "Alaska Time (Anchorage)"),
        ("Pacific/Honolulu", "Hawaii-Aleutian Time (Honolulu)"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires, Argentina, America"),
        ("Asia/Shanghai", "Shanghai, Asia"),
        ("Europe/Paris", "Paris, Europe"),
        ("UTC", "UTC"),
    ],
)
def test_a_time_zone_is_called_as_people_call_it(zone: str, words: str) -> None:
    assert rules.zone_words(zone) == words


def test_every_time_zone_has_words_of_its_own() -> None:
    zones = sorted(available_timezones())
    assert len({rules.zone_words(zone) for zone in zones}) == len(zones) > 400
