"""A page that a client reads by link again and again: how long it opens, and what the message to it says."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext as _

from clinic.core.rules import RuleBroken

# A link that can be read again and again is worth more to whoever finds the phone than one that is used up. So it
# lives as short as a check-in's, and a person of the team keeps it open for longer, three days each time.
PAGE_LASTS = timedelta(hours=72)
# Neutral: nothing in it tells what the clinic does or what the page holds.
PAGE_WORDS: Mapping[str, str] = {"en": "A page for you:", "es": "Tiene un mensaje:"}
PAGE_SUBJECT: Mapping[str, str] = {"en": "A page for you", "es": "Tiene una página"}
PAGE_HOW_LONG: Mapping[str, str] = {"en": "works for three days", "es": "funciona durante tres días"}


def page_gone() -> RuleBroken:
    """A page by link that is open no more, in the words of its reader."""
    return RuleBroken(_("This page is no longer open. Call the clinic if you need us."))


def check_may_be_sent(*, has_way: bool) -> None:
    """A message goes only by a way that the client agreed to."""
    if not has_way:
        raise RuleBroken(
            "This client has agreed to neither e-mail nor text messages. Print the page, or show the link here and "
            "give it to them."
        )
