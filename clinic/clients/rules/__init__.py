"""The laws of clients: names and how they are found, who may be the same person, contact, identity, access."""

from clinic.clients.rules.access import (
    BREAK_GLASS_FOR,
    REASON_AT_LEAST,
    check_break_glass,
    check_review,
    check_status_move,
    check_team_role,
)
from clinic.clients.rules.details import LANGUAGES, ClientDetails, detail_names, language_name
from clinic.clients.rules.identity import check_birth_date, check_guardian, check_time_zone, is_minor, zone_words
from clinic.clients.rules.messages import MESSAGE_TEXT, MESSAGE_TEXT_VERSION, check_may_be_agreed, check_still_stands
from clinic.clients.rules.names import folded, words_of
from clinic.clients.rules.reach import (
    Contact,
    Related,
    checked_contact,
    checked_related,
    phone_number,
    refusals_of_reach,
)
from clinic.clients.rules.sameness import Likeness, Person, likeness
from clinic.clients.rules.search import Wanted, search_text_of, slips_of, wanted_from

__all__ = [
    "BREAK_GLASS_FOR",
    "LANGUAGES",
    "MESSAGE_TEXT",
    "MESSAGE_TEXT_VERSION",
    "REASON_AT_LEAST",
    "ClientDetails",
    "Contact",
    "Likeness",
    "Person",
    "Related",
    "Wanted",
    "check_birth_date",
    "check_break_glass",
    "check_guardian",
    "check_may_be_agreed",
    "check_review",
    "check_status_move",
    "check_still_stands",
    "check_team_role",
    "check_time_zone",
    "checked_contact",
    "checked_related",
    "detail_names",
    "folded",
    "is_minor",
    "language_name",
    "likeness",
    "phone_number",
    "refusals_of_reach",
    "search_text_of",
    "slips_of",
    "wanted_from",
    "words_of",
    "zone_words",
]
