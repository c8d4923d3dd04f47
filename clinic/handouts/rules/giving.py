"""When a dose calendar is given."""

from clinic.core.rules import RuleBroken


def check_something_to_read(*, has_plans: bool) -> None:
    """A calendar is given to a client with a dose plan that is running or about to begin."""
    if not has_plans:
        raise RuleBroken("No dose plan is running, so there is no calendar to give.")
