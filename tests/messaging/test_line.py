"""A letter over a line whose server takes commands in a row: whatever it says, the line is usable or closed after."""

import smtplib
from collections.abc import Sequence
from typing import Any

import pytest

from clinic.messaging.gateways.line import hand_over_line

LETTER = b"Subject: x\r\n\r\nHello\r\n.\r\n.two\r\n"


class Line(smtplib.SMTP):
    """Answers from a list and keeps what it was sent."""

    def __init__(self, codes: Sequence[int]) -> None:
        super().__init__()
        self.codes, self.sent, self.resets = list(codes), b"", 0
        self.ehlo_resp, self.esmtp_features = b"", {"pipelining": ""}

    def send(self, s: Any) -> None:
        self.sent += s

    def getreply(self) -> tuple[int, bytes]:
        return self.codes.pop(0), b""

    def rset(self) -> tuple[int, bytes]:
        self.resets += 1
        return 250, b""


def test_a_letter_is_handed_over_with_its_full_stops_kept() -> None:
    line = Line([250, 250, 354, 250])
    hand_over_line(line, "a@clinic.example", "b@mail.example", LETTER)
    assert line.sent == (
        b"MAIL FROM:<a@clinic.example>\r\nRCPT TO:<b@mail.example>\r\nDATA\r\n"
        b"Subject: x\r\n\r\nHello\r\n..\r\n..two\r\n.\r\n"
    )
    assert line.resets == 0


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
    line = Line(codes)
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        hand_over_line(line, "a@clinic.example", "b@mail.example", LETTER)
    assert refused.value.smtp_code == code
    assert (line.resets, line.codes) == (resets, [])
    if 354 in codes and code == 550:
        assert line.sent.endswith(b"DATA\r\n.\r\n"), "nothing of the letter left"
