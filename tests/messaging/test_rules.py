"""When a message leaves, what an answer means, what a text says."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.core.rules import RuleBroken
from clinic.messaging import rules
from clinic.messaging.rules import AfterUnknown, InboundWord, Outcome
from clinic.messaging.rules.texts import SMS_PART

DENVER = ZoneInfo("America/Denver")
LINK = "https://portal.wasatch-care.example/check-ins/a/" + "x" * 43 + "/"


def at(*words: int) -> dt.datetime:
    return dt.datetime(*words, tzinfo=dt.UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "clock", "zone", "expected"),
    [
        (dt.date(2026, 6, 4), dt.time(10), "America/Denver", at(2026, 6, 4, 16)),
        (dt.date(2026, 6, 4), dt.time(10), "America/New_York", at(2026, 6, 4, 14)),
        (dt.date(2026, 6, 4), dt.time(22, 30), "America/Denver", at(2026, 6, 5, 14)),
        (dt.date(2026, 6, 4), dt.time(21), "America/Denver", at(2026, 6, 5, 14)),
        (dt.date(2026, 6, 4), dt.time(20, 59), "America/Denver", at(2026, 6, 5, 2, 59)),
        (dt.date(2026, 6, 4), dt.time(7, 59), "America/Denver", at(2026, 6, 4, 14)),
        # Greenland skips 22:00-23:00 and other zones change by day: a time in a gap moves behind it.
        (dt.date(2011, 12, 30), dt.time(10), "Pacific/Apia", at(2011, 12, 30, 18)),
        # Antarctica/Troll leaves and comes back by two hours; ambiguous times are taken the first time.
        (dt.date(2026, 10, 4), dt.time(9), "Australia/Lord_Howe", at(2026, 10, 3, 22)),
    ],
)
def test_due_at_is_the_wall_clock_outside_quiet_hours(
    on: dt.date, clock: dt.time, zone: str, expected: dt.datetime
) -> None:
    assert rules.due_at(on, clock, ZoneInfo(zone)) == expected


def _oracle(on: dt.date, clock: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The first minute of UTC whose wall clock is not before the wanted one and lies in the day; found by walking."""
    wanted = dt.datetime.combine(on, clock)
    instant = wanted.replace(tzinfo=dt.UTC) - dt.timedelta(hours=15)
    while True:
        wall = instant.astimezone(zone).replace(tzinfo=None)
        if wall >= wanted and 8 <= wall.hour < 21:
            return instant
        instant += dt.timedelta(minutes=1)


@settings(max_examples=60, deadline=None)
@given(
    on=st.dates(dt.date(2026, 1, 1), dt.date(2030, 12, 31)),
    minute=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone)),
)
def test_due_at_agrees_with_walking_the_clock(on: dt.date, minute: int, zone: str) -> None:
    clock = dt.time(minute // 60, minute % 60)
    assert rules.due_at(on, clock, ZoneInfo(zone)) == _oracle(on, clock, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(2026, 6, 4, 18), None),
        (at(2026, 6, 5, 3), at(2026, 6, 5, 14)),
        (at(2026, 6, 4, 13, 59), at(2026, 6, 4, 14)),
    ],
)
def test_a_late_try_waits_for_the_end_of_quiet_hours(now: dt.datetime, until: dt.datetime | None) -> None:
    assert rules.quiet_until(now, DENVER) == until


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (202, Outcome.ACCEPTED),
        (409, Outcome.ACCEPTED),
        (400, Outcome.REFUSED),
        (404, Outcome.REFUSED),
        (429, Outcome.RETRY),
        (500, Outcome.RETRY),
        (503, Outcome.RETRY),
        (200, Outcome.UNKNOWN),
        (302, Outcome.UNKNOWN),
    ],
)
def test_a_status_says_what_became_of_a_message(status: int, outcome: Outcome) -> None:
    assert rules.classify_status(status) is outcome


def test_waits_double_from_ten_seconds_to_a_quarter_of_an_hour() -> None:
    waits = [rules.wait_before_try(n).total_seconds() for n in (0, 1, 2, 3, 7, 8, 60)]
    assert waits == [10, 10, 20, 40, 640, 900, 900]


def test_a_gateway_may_ask_for_a_longer_wait_but_not_beyond_a_day() -> None:
    assert rules.wait_before_try(1, asked_wait=dt.timedelta(minutes=5)) == dt.timedelta(minutes=5)
    assert rules.wait_before_try(1, asked_wait=dt.timedelta(days=9)) == dt.timedelta(hours=24)


def test_a_message_is_given_up_a_day_after_it_was_due() -> None:
    due = at(2026, 6, 4, 16)
    assert not rules.is_past_cap(due, due + dt.timedelta(hours=23, minutes=59))
    assert rules.is_past_cap(due, due + dt.timedelta(hours=24))


@pytest.mark.parametrize(
    ("keeps_keys", "can_ask", "times", "then"),
    [
        (True, True, 1, AfterUnknown.ASK),
        (False, True, 9, AfterUnknown.ASK),
        (True, False, 9, AfterUnknown.SEND_AGAIN),
        (False, False, 1, AfterUnknown.SEND_AGAIN),
        (False, False, 2, AfterUnknown.GIVE_UP),
    ],
)
def test_an_unknown_outcome_is_asked_resent_or_left_to_a_person(
    keeps_keys: bool, can_ask: bool, times: int, then: AfterUnknown
) -> None:
    assert rules.after_unknown(keeps_keys=keeps_keys, can_ask=can_ask, times=times) is then


@pytest.mark.parametrize(("language", "stop"), [("en", "Reply STOP to end"), ("es", "Responda STOP para terminar")])
def test_an_sms_is_one_part_with_sender_link_and_how_to_stop(language: str, stop: str) -> None:
    text = rules.sms_text(sender="Wasatch Care", words="You have a check-in:", link=LINK, language=language)
    assert len(text) <= 160
    assert text.startswith("Wasatch Care: ")
    assert LINK in text
    assert text.endswith(stop)


def test_an_sms_leaves_its_sentence_out_before_it_becomes_two_parts() -> None:
    text = rules.sms_text(sender="Wasatch Care", words="You have a check-in, " * 3, link=LINK, language="en")
    assert text == f"Wasatch Care: {LINK} Reply STOP to end"


def test_an_sms_that_cannot_fit_is_refused() -> None:
    with pytest.raises(RuleBroken, match="longer than one part"):
        rules.sms_text(sender="Wasatch Care", words="", link=LINK + "y" * 60, language="en")


def test_an_sms_with_a_sign_outside_the_alphabet_is_refused() -> None:
    with pytest.raises(RuleBroken, match="í"):
        rules.sms_text(sender="Clínica", words="", link=LINK, language="es")


def test_signs_of_the_extension_count_twice() -> None:
    full = "x" * (160 - len("S:  Reply STOP to end") - 2) + "~"
    with pytest.raises(RuleBroken):
        rules.sms_text(sender="S", words="", link=full + "y", language="en")
    assert full in rules.sms_text(sender="S", words="", link=full, language="en")


def test_an_email_says_link_and_whom_to_tell() -> None:
    text = rules.email_text(
        sender="Wasatch Care",
        words="Hola:",
        link=LINK,
        how_long="funciona una vez",
        language="es",
        phone="(801) 555-0100",
    )
    assert LINK in text
    assert "(801) 555-0100" in text


@pytest.mark.parametrize(("code", "language"), [("es", "es"), ("es-MX", "es"), ("ES", "es"), ("fr", "en"), ("", "en")])
def test_texts_are_english_or_spanish(code: str, language: str) -> None:
    assert rules.language_of(code) == language


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("STOP", InboundWord.STOP),
        (" stop. ", InboundWord.STOP),
        ("Quit!", InboundWord.STOP),
        ("UNSTOP", InboundWord.START),
        ("start", InboundWord.START),
        ("please stop it", InboundWord.OTHER),
        ("", InboundWord.OTHER),
    ],
)
def test_a_word_that_came_back_is_understood(text: str, word: InboundWord) -> None:
    assert rules.read_word(text) is word


def test_what_staff_are_told_too_is_one_part_or_refused() -> None:
    link = LINK[: SMS_PART - len("S: See ")]
    link += "x" * (SMS_PART - len(f"S: See {link}"))
    assert len(rules.staff_text(sender="S", words="See", link=link)) == SMS_PART
    with pytest.raises(RuleBroken, match="longer than one part"):
        rules.staff_text(sender="S", words="See", link=link + "y")
