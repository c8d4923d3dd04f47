"""One letter over one open line to a mail server, with as few waits for its answers as it allows."""

import smtplib

# The mail server says with this that it ends the connection, and with the next that the letter may come.
CLOSING = 421
GO_ON = 354
TAKEN = {250, 251}


def hand_over_line(line: smtplib.SMTP, sender: str, to: str, letter: bytes) -> None:
    """Hand over one letter to one address; raises what smtplib raises.

    A server that takes commands in a row (PIPELINING, RFC 2920) is waited for twice instead of four times.
    """
    line.ehlo_or_helo_if_needed()
    if not line.has_extn("pipelining"):
        line.sendmail(sender, [to], letter)
        return
    line.send(f"MAIL FROM:<{sender}>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode())
    said = [_answer(line) for _ in range(3)]
    refused = next((answer for answer in said[:2] if answer[0] not in TAKEN), None)
    if said[2][0] == GO_ON:
        # Where nobody is there to get it, it ends empty.
        line.send(b".\r\n" if refused else letter.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        said[2] = _answer(line)
    refused = refused or (said[2] if said[2][0] != 250 else None)
    if refused:
        line.rset()
        raise smtplib.SMTPResponseException(*refused)


def _answer(line: smtplib.SMTP) -> tuple[int, bytes]:
    """The next answer; after the one that closes the line no other comes."""
    code, words = line.getreply()
    if code == CLOSING:
        raise smtplib.SMTPResponseException(code, words)
    return code, words
