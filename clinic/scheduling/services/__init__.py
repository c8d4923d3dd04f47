"""Deeds on the schedule: book, move, mark; hours and waitlist; remind, and what clients reply."""

from clinic.scheduling.services.appointments import (
    TimeTaken,
    book,
    mark,
    move,
)
from clinic.scheduling.services.leavers import look_for_leavers
from clinic.scheduling.services.openings import (
    add_hours,
    add_time_off,
    end_hours,
    join_waitlist,
    leave_waitlist,
)
from clinic.scheduling.services.reminders import (
    plan_appointment_reminders,
)
from clinic.scheduling.services.replies import (
    enter_appointment,
    reply_by_link,
    wish_messages_by_link,
)

__all__ = [
    "TimeTaken",
    "add_hours",
    "add_time_off",
    "book",
    "end_hours",
    "enter_appointment",
    "join_waitlist",
    "leave_waitlist",
    "look_for_leavers",
    "mark",
    "move",
    "plan_appointment_reminders",
    "reply_by_link",
    "wish_messages_by_link",
]
