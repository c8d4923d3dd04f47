"""The note of a trainee: signed by them, binding once their supervisor has co-signed."""

from uuid import UUID

from clinic.core.rules import RuleBroken
from clinic.visits.rules.note import Problem


def missing_supervisor(supervisor: str, *, is_on_team: bool, has_left: bool) -> list[Problem]:
    """A trainee signs only where their supervisor may read the chart: who co-signs has seen what they stand for.

    One who works here no longer co-signs nothing: the note would wait for ever.
    """
    if not supervisor or (is_on_team and not has_left):
        return []
    if has_left:
        words = f"{supervisor}, who co-signs your notes, works here no longer: ask an administrator for a supervisor."
    else:
        words = f"{supervisor} co-signs your notes and is not on this client's care team: have them added."
    return [Problem("supervisor", words)]


def check_cosigner(*, supervisor: UUID | None, by: UUID, is_signed: bool) -> None:
    """Only the supervisor named in a signed note co-signs it."""
    if not is_signed:
        raise RuleBroken("This visit is not signed yet: it is signed first, then co-signed.")
    if supervisor != by:
        raise RuleBroken("This note does not wait for your signature.")
