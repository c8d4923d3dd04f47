"""A letter over a line whose server takes commands in a row: whatever it says, the line is usable or closed after."""

import smtplib
from collections.abc import Sequence
from typing import Any

import pytest

from clinic.messaging.gateways.line import Line

SENDER = "a@clinic.example"
ENVELOPE = b"MAIL FROM:<a@clinic.example>\r\nRCPT TO:<b@mail.example>\r\nDATA\r\n"
WORDS = b"Subject: x\r\n\r\nHello\r\n..\r\n..two\r\n.\r\n"
LETTER = b"Subject: x\r\n\r\nHello\r\n.\r\n.two\r\n"


class Server(smtplib.SMTP):
    """Answers from a list and keeps what it was sent."""

    def __init__(self, codes: Sequence[int]) -> None:
        super().__init__()
        self.codes, self.sent, self.resets, self.is_closed = list(codes), b"", 0, False
        self.ehlo_resp, self.esmtp_features = b"", {"pipelining": ""}

    def send(self, s: Any) -> None:
        self.sent += s

    def getreply(self) -> tuple[int, bytes]:
        if not self.codes:
            raise smtplib.SMTPServerDisconnected
        return self.codes.pop(0), b""

    def close(self) -> None:
        self.is_closed = True

    def rset(self) -> tuple[int, bytes]:
        self.resets += 1
        return 250, b""


def test_a_letter_is_handed_over_with_its_full_stops_kept() -> None:
    server = Server([250, 250, 354, 250])
    Line(server).hand_over(SENDER, "b@mail.example", LETTER)
    assert server.sent == ENVELOPE + WORDS
    assert server.resets == 0


@pytest.mark.parametrize(
    ("codes", "code", "resets"),
    [
        ([250, 550, 503], 550, 1),
        ([250, 550, 354, 554], 550, 1),
        ([451, 503, 503], 451, 1),
        ([250, 250, 452], 452, 1),
        ([250, 250, 354, 554], 554, 1),
        ([421], 421, 0),
        ([250, 250, 354, 421], 421, 0),
    ],
)
def test_what_is_refused_says_why_and_leaves_the_line_clean(codes: list[int], code: int, resets: int) -> None:
    server = Server(codes)
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        Line(server).hand_over(SENDER, "b@mail.example", LETTER)
    assert refused.value.smtp_code == code
    assert (server.resets, server.codes) == (resets, [])
    if 354 in codes and code == 550:
        assert server.sent.endswith(b"DATA\r\n.\r\n"), "nothing of the letter left"


def test_the_address_of_the_next_letter_goes_out_with_the_words_of_this_one() -> None:
    server = Server([250, 250, 354, 250, 250, 250, 354, 250])
    line = Line(server)
    line.hand_over(SENDER, "b@mail.example", LETTER, then="c@mail.example")
    assert server.sent == ENVELOPE + WORDS + ENVELOPE.replace(b"<b@", b"<c@")
    assert (line.is_free_for("c@mail.example"), line.is_free_for("b@mail.example")) == (True, False)
    line.hand_over(SENDER, "c@mail.example", LETTER)
    assert server.sent == ENVELOPE + WORDS + ENVELOPE.replace(b"<b@", b"<c@") + WORDS
    assert line.is_free_for("b@mail.example")
    line.drop_what_is_announced()
    assert not server.is_closed


def test_a_server_that_waits_for_a_letter_is_told_nothing_else() -> None:
    server = Server([250, 250, 354, 554])
    line = Line(server)
    with pytest.raises(smtplib.SMTPResponseException):
        line.hand_over(SENDER, "b@mail.example", LETTER, then="c@mail.example")
    assert server.resets == 0, "a word would have become part of the next letter"
    line.drop_what_is_announced()
    assert server.is_closed


def test_nobody_is_announced_behind_a_letter_that_nobody_gets() -> None:
    server = Server([250, 550, 354, 554])
    line = Line(server)
    with pytest.raises(smtplib.SMTPResponseException):
        line.hand_over(SENDER, "b@mail.example", LETTER, then="c@mail.example")
    assert server.sent == ENVELOPE + b".\r\n"
    assert line.is_free_for("anybody@mail.example")


@pytest.mark.parametrize(("codes", "error"), [([250], smtplib.SMTPResponseException), ([250, 250, 354], OSError)])
def test_a_line_that_breaks_took_the_letter_only_if_its_words_left(codes: list[int], error: type[OSError]) -> None:
    server = Server(codes)
    with pytest.raises(error) as broken:
        Line(server).hand_over(SENDER, "b@mail.example", LETTER)
    assert getattr(broken.value, "smtp_code", None) == (421 if len(codes) == 1 else None)
    assert (WORDS in server.sent) == (len(codes) == 3)
