"""What the clinic may change a message to: short, neutral, and never by one person alone."""

import re

from clinic.core.rules import RuleBroken
from clinic.messaging.rules.texts import HOW_TO_STOP, SMS_PART, gsm_length

# What would tell a stranger on whose phone it stands what the clinic does, in English and Spanish.
TELLING = re.compile(
    r"psychiat|psiquiat|psycholog|psic[oó]log|mental|therap|terap|medic|dose|dosis|drug|f[aá]rmac|pill|pastilla|"
    r"depress|depres|anxi|ansied|bipolar|suicid|symptom|s[ií]ntoma|mood|[aá]nimo|treatment|tratamiento|clinic|cl[ií]nic",
    re.IGNORECASE,
)


def check_text(*, words: str, subject: str, sender: str, longest_link: str, language: str) -> None:
    """A text says nothing of what the clinic does, holds no link and no placeholder, and its SMS fits one part (160
    signs of the GSM alphabet) with the longest link.
    """
    for field, text in (("words", words), ("subject", subject)):
        if TELLING.search(text):
            raise RuleBroken("A stranger may read this: say nothing of what the clinic does.", field=field)
        if re.search(r"[{}<>]|://|\n", text):
            raise RuleBroken("Write plain words in one line; the link is added to them.", field=field)
    length = gsm_length(f"{sender}: {words} {longest_link} {HOW_TO_STOP[language]}")
    if length > SMS_PART:
        raise RuleBroken(f"With the link this is {length - SMS_PART} signs too long for one SMS.", field="words")


def check_still_as_shipped(*, is_rewritten: bool) -> None:
    """The text that came with the portal is reviewed only while nobody has written another one."""
    if is_rewritten:
        raise RuleBroken("Another text was written since, or this one is approved already. Look at the newest one.")


def check_approver(*, is_author: bool, is_approved: bool, is_newest: bool) -> None:
    """A text is approved once, by somebody who did not write it, and only while no newer one was written."""
    if is_approved:
        raise RuleBroken("This text is approved already.")
    if is_author:
        raise RuleBroken("You wrote this text. Ask somebody else to read and approve it.")
    if not is_newest:
        raise RuleBroken("A newer text was written after this one. Read that one.")
