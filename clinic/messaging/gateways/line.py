"""Letters over one open line to a mail server, with as few waits for its answers as it allows."""

import smtplib

# The mail server says with this that it ends the connection, and with the next that the letter may come.
CLOSING = 421
GO_ON = 354
TAKEN = {250, 251}


class Line:
    """An open line. A server that takes commands in a row (PIPELINING, RFC 2920) is waited for twice a letter instead
    of four times, and once where the address of the next letter went out with the words of this one.

    A letter leaves with its words alone: what the server was told of the next one is void when the line ends before.
    """

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp
        self._announced = ""

    def is_free_for(self, to: str) -> bool:
        """Whether the next letter may go to this address: a server that waits for another one's takes nothing else."""
        return self._announced in ("", to)

    def hand_over(self, sender: str, to: str, letter: bytes, *, then: str = "") -> None:
        """Hand over one letter to one address; raises what smtplib raises.

        `then`: the address of the letter that comes next, if that is known.
        """
        self._smtp.ehlo_or_helo_if_needed()
        if not self._smtp.has_extn("pipelining"):
            self._smtp.sendmail(sender, [to], letter)
            return
        said = self._answers_to_envelope(sender, to)
        refused = next((answer for answer in said[:2] if answer[0] not in TAKEN), None)
        if said[2][0] == GO_ON:
            # Where nobody is there to get it, it ends empty.
            self._send_words(sender, b"" if refused else letter, then="" if refused else then)
            said[2] = self._answer()
        refused = refused or (said[2] if said[2][0] != 250 else None)
        if refused:
            if not self._announced:
                self._smtp.rset()
            raise smtplib.SMTPResponseException(*refused)

    def drop_what_is_announced(self) -> None:
        """End the line without a word where the server waits for a letter: any word would become part of it."""
        if self._announced:
            self._smtp.close()

    def _answers_to_envelope(self, sender: str, to: str) -> list[tuple[int, bytes]]:
        """A line that breaks here took nothing of the letter: it is as if the server had said that it closes."""
        try:
            if not self._announced:
                self._smtp.send(_envelope(sender, to))
            self._announced = ""
            return [self._answer() for _ in range(3)]
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            raise smtplib.SMTPResponseException(CLOSING, type(error).__name__) from error

    def _send_words(self, sender: str, letter: bytes, *, then: str) -> None:
        words = letter.replace(b"\r\n.", b"\r\n..") + b".\r\n"
        self._announced = then
        self._smtp.send(words + _envelope(sender, then) if then else words)

    def _answer(self) -> tuple[int, bytes]:
        """The next answer; after the one that closes the line no other comes."""
        code, words = self._smtp.getreply()
        if code == CLOSING:
            raise smtplib.SMTPResponseException(code, words)
        return code, words


def _envelope(sender: str, to: str) -> bytes:
    return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode()
