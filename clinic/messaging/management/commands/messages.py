"""The message queue from a terminal: how it stands, and what the pages do to it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.core.rules import RuleBroken
from clinic.messaging import queries, services
from clinic.staff.permissions import Permission


class Command(BaseCommand):
    help = "Print the message queue by channel; pause, resume, release or resend by hand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("deed", nargs="?", default="status", choices=["status", *DEEDS])
        parser.add_argument("what", nargs="?", default="", help="a channel, or the id of a message")
        parser.add_argument("--by", default="", help="the e-mail address of who does it")
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["deed"] != "status":
            self._do(options["deed"], options["what"], options["by"], options["reason"])
        self._print()

    def _do(self, deed: str, what: str, email: str, reason: str) -> None:
        permission, make = DEEDS[deed]
        by = queries.who_may(email, permission)
        if by is None:
            raise CommandError(f"Name with --by somebody who works here and may do this ({permission}).")
        try:
            make(what, reason)(by=by, now=timezone.now())
        except RuleBroken as refusal:
            raise CommandError(refusal.reason) from refusal

    def _print(self) -> None:
        now = timezone.now()
        if queries.is_held():
            self.stdout.write("HELD: this database was read back from a backup; release it when that is right.")
        for one in queries.channel_counts(now):
            paused = f"; PAUSED: {one.pause.reason}" if one.pause else ""
            ended = f"in 24 h sent {one.sent}, refused {one.refused}, given up {one.given_up}"
            waits = f"planned {one.planned}, due {one.due}, being sent {one.claimed}, unknown {one.unknown}"
            self.stdout.write(f"{one.channel}: {waits}, late by {one.late_s} s; {ended}{paused}")


def _pause(what: str, reason: str) -> Callable[..., object]:
    return partial(services.pause_channel, channel=services.get_channel(what), reason=reason)


def _resume(what: str, reason: str) -> Callable[..., object]:
    return partial(services.resume_channel, channel=services.get_channel(what))


def _release(what: str, reason: str) -> Callable[..., object]:
    return partial(services.release_messages, reason=reason)


def _resend(what: str, reason: str) -> Callable[..., object]:
    try:
        return partial(services.resend, reminder_id=UUID(what), reason=reason)
    except ValueError:
        raise CommandError("Name the message by its id.") from None


Deed = tuple[Permission, Callable[[str, str], Callable[..., object]]]
DEEDS: dict[str, Deed] = {
    "pause": (Permission.OPERATE_MESSAGES, _pause),
    "resume": (Permission.OPERATE_MESSAGES, _resume),
    "release": (Permission.OPERATE_MESSAGES, _release),
    "resend": (Permission.RESEND_MESSAGES, _resend),
}
