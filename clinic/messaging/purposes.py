"""What messages may be about, told by the apps above.

This app stands below those whose rows a reminder speaks of, so it cannot ask them "is it still wanted?" by import.
Each of them registers a purpose when it is loaded (`AppConfig.ready`); the sender calls what was registered.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from clinic.clients.models import MessagePurpose
from clinic.messaging.models import MessageText
from clinic.messaging.queries import Way, Wording, approved_wordings, newest_text

# What a message is about, and which message about it.
Key = tuple[UUID, int]
WORKS_ONCE: Mapping[str, str] = {"en": "works once", "es": "funciona una vez"}


@dataclass(frozen=True)
class ToStaff:
    """A message to a member of staff instead of the client: by which ways, and which row its page shows.

    The page stands behind sign-in, so the link carries no token. It leaves at any hour.
    """

    ways_of: Callable[[UUID], list[Way]]
    page_of: Callable[[UUID], UUID]


@dataclass(frozen=True)
class Purpose:
    """One reason to write: `kind` as on the reminder, which rows still want it, which page its link opens.

    `name` is what staff call it.
    `consent` is what the client must have agreed to be written to about; only messages to staff have none.
    What `is_asked_for` by the client does not count toward the limits of a number. `useful_until` says by when a
    message must leave to be of any use; later, a person sees to it.
    `still_wanted` is asked for a whole batch at once, just before it leaves; where a cause may be written about anew,
    `steps_wanted` says instead which of its messages are not outdated. `words` is one neutral sentence by
    language, `subject` the line of an e-mail, `how_long` what an e-mail says of the life of the link.
    """

    kind: str
    name: str
    still_wanted: Callable[[Collection[UUID]], Collection[UUID]]
    view_name: str
    link_lasts: timedelta
    words: Mapping[str, str]
    subject: Mapping[str, str]
    how_long: Mapping[str, str] = field(default_factory=lambda: WORKS_ONCE)
    to_staff: ToStaff | None = None
    consent: MessagePurpose | None = None
    is_asked_for: bool = False
    useful_until: Callable[[Collection[UUID]], Mapping[UUID, datetime]] | None = None
    steps_wanted: Callable[[Collection[UUID]], Collection[Key]] | None = None

    def wants(self, asked: Collection[Key]) -> Collection[Key]:
        """Of messages by cause and step, those that are still wanted."""
        causes = {cause for cause, _ in asked}
        if self.steps_wanted is not None:
            return set(asked) & set(self.steps_wanted(causes))
        wanted = set(self.still_wanted(causes))
        return {(cause, step) for cause, step in asked if cause in wanted}

    @property
    def counts(self) -> bool:
        """Whether its text messages count toward what a number may get."""
        return self.to_staff is None and not self.is_asked_for


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Make a purpose known to the sender."""
    _purposes[purpose.kind] = purpose


def purpose_of(kind: str) -> Purpose | None:
    """The purpose of a kind; None for one that nobody registered."""
    return _purposes.get(kind)


def consent_to(kind: str) -> MessagePurpose | None:
    """What a client must have agreed to before a message of a kind leaves."""
    purpose = purpose_of(kind)
    return purpose.consent if purpose else None


@dataclass(frozen=True)
class TextLine:
    """What messages of one kind say in one language now, and the newest text that somebody wrote.

    `is_unread`: it came with the portal and nobody at this clinic has read and approved it.
    """

    kind: str
    name: str
    language: str
    wording: Wording
    newest: MessageText | None
    is_unread: bool


def text_lines() -> list[TextLine]:
    """Every text to clients that may be changed."""
    found = []
    approved = approved_wordings(_purposes)
    for purpose in to_clients():
        for language, words in purpose.words.items():
            shipped, key = Wording(words, purpose.subject[language]), (purpose.kind, language)
            wording, newest = approved.get(key, shipped), newest_text(*key)
            found.append(TextLine(purpose.kind, purpose.name, language, wording, newest, key not in approved))
    return found


def to_clients() -> list[Purpose]:
    """The purposes of messages to clients."""
    return [purpose for purpose in _purposes.values() if purpose.to_staff is None]


def all_purposes() -> list[Purpose]:
    return list(_purposes.values())
