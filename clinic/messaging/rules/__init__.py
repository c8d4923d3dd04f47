"""The laws of messages: when one is due, what an answer of a gateway means, what a text may say."""

from clinic.messaging.rules.limits import is_full, next_day
from clinic.messaging.rules.operating import LATE_AFTER_S, check_reason, needs_new_key
from clinic.messaging.rules.outcomes import (
    GIVE_UP_AFTER,
    LONGEST_WAIT,
    NOT_A_THIRD_TIME,
    AfterUnknown,
    Outcome,
    after_unknown,
    classify_status,
    is_past_cap,
    wait_before_try,
)
from clinic.messaging.rules.pages import (
    PAGE_HOW_LONG,
    PAGE_LASTS,
    PAGE_SUBJECT,
    PAGE_WORDS,
    check_may_be_sent,
    page_gone,
)
from clinic.messaging.rules.texts import InboundWord, email_text, language_of, read_word, sms_text, staff_text
from clinic.messaging.rules.times import QUIET_FROM, due_at, quiet_until
from clinic.messaging.rules.wording import check_approver, check_still_as_shipped, check_text

__all__ = [
    "GIVE_UP_AFTER",
    "LATE_AFTER_S",
    "LONGEST_WAIT",
    "NOT_A_THIRD_TIME",
    "PAGE_HOW_LONG",
    "PAGE_LASTS",
    "PAGE_SUBJECT",
    "PAGE_WORDS",
    "QUIET_FROM",
    "AfterUnknown",
    "InboundWord",
    "Outcome",
    "after_unknown",
    "check_approver",
    "check_may_be_sent",
    "check_reason",
    "check_still_as_shipped",
    "check_text",
    "classify_status",
    "due_at",
    "email_text",
    "is_full",
    "is_past_cap",
    "language_of",
    "needs_new_key",
    "next_day",
    "page_gone",
    "quiet_until",
    "read_word",
    "sms_text",
    "staff_text",
    "wait_before_try",
]
