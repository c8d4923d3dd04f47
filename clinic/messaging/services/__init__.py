"""Deeds of messaging: plan, cancel, send, give and use links, stop and resume."""

from clinic.messaging.services.claiming import claim
from clinic.messaging.services.giving import end_links, send_link, show_link
from clinic.messaging.services.inbound import take_inbound
from clinic.messaging.services.links import confirm_birth_year, mint_link, renew_links, revoke_links, use_links
from clinic.messaging.services.operations import (
    get_channel,
    pause_channel,
    release_messages,
    resend,
    resume_channel,
    watch_queue,
)
from clinic.messaging.services.opt_outs import resume_messages, stop_messages
from clinic.messaging.services.planning import Wanted, cancel_reminders, plan_reminders
from clinic.messaging.services.reports import apply_waiting_reports, take_report
from clinic.messaging.services.sending import send_due
from clinic.messaging.services.staff import plan_staff_messages
from clinic.messaging.services.wording import approve_shipped_text, approve_text, write_text

__all__ = [
    "Wanted",
    "apply_waiting_reports",
    "approve_shipped_text",
    "approve_text",
    "cancel_reminders",
    "claim",
    "confirm_birth_year",
    "end_links",
    "get_channel",
    "mint_link",
    "pause_channel",
    "plan_reminders",
    "plan_staff_messages",
    "release_messages",
    "renew_links",
    "resend",
    "resume_channel",
    "resume_messages",
    "revoke_links",
    "send_due",
    "send_link",
    "show_link",
    "stop_messages",
    "take_inbound",
    "take_report",
    "use_links",
    "watch_queue",
    "write_text",
]
