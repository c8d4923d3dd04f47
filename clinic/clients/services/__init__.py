"""Deeds on clients. `opening`, and `open_chart` by it, is the one door to a clinical record."""

from clinic.clients.rules import ClientDetails
from clinic.clients.services.access import open_chart, open_contact, opening, review_break_glass, use_break_glass
from clinic.clients.services.consent import give_sharing_consent, revoke_sharing_consent
from clinic.clients.services.finding import list_clients, others_alike, search_clients
from clinic.clients.services.messages import end_message_consents, renew_message_consents, set_message_consents
from clinic.clients.services.reach import set_contact_points, set_related_people
from clinic.clients.services.registration import (
    change_status,
    edit_client,
    register_client,
    take_into_care,
)
from clinic.clients.services.root import locked_client
from clinic.clients.services.team import add_team_member, end_team_member

__all__ = [
    "ClientDetails",
    "add_team_member",
    "change_status",
    "edit_client",
    "end_message_consents",
    "end_team_member",
    "give_sharing_consent",
    "list_clients",
    "locked_client",
    "open_chart",
    "open_contact",
    "opening",
    "others_alike",
    "register_client",
    "renew_message_consents",
    "review_break_glass",
    "revoke_sharing_consent",
    "search_clients",
    "set_contact_points",
    "set_message_consents",
    "set_related_people",
    "take_into_care",
    "use_break_glass",
]
