"""What pages read of clients; the user comes first."""

from clinic.clients.queries.charts import (
    accesses_reviewed,
    accesses_to_review,
    chart_open_to,
    chart_to_lock,
    client_by_name_and_birth,
    client_to_lock,
    in_open_charts,
    open_client,
)
from clinic.clients.queries.duplicates import (
    Duplicate,
    just_registered,
    others_alike,
    possible_duplicates,
)
from clinic.clients.queries.messages import (
    ChannelConsent,
    agrees_to,
    message_consent_history,
    message_consents,
    usable_channels,
)
from clinic.clients.queries.people import (
    PAGE,
    Listed,
    ListPage,
    Named,
    care_team,
    contact_parts,
    list_clients,
    looked_after_by,
    naming,
    past_team,
    sharing_consents,
    team_member,
    working_staff,
)
from clinic.clients.queries.reach import first_of_each, live_contacts, live_related, reach_in_fields
from clinic.clients.queries.search import (
    search_clients,
)

__all__ = [
    "PAGE",
    "ChannelConsent",
    "Duplicate",
    "ListPage",
    "Listed",
    "Named",
    "accesses_reviewed",
    "accesses_to_review",
    "agrees_to",
    "care_team",
    "chart_open_to",
    "chart_to_lock",
    "client_by_name_and_birth",
    "client_to_lock",
    "contact_parts",
    "first_of_each",
    "in_open_charts",
    "just_registered",
    "list_clients",
    "live_contacts",
    "live_related",
    "looked_after_by",
    "message_consent_history",
    "message_consents",
    "naming",
    "open_client",
    "others_alike",
    "past_team",
    "possible_duplicates",
    "reach_in_fields",
    "search_clients",
    "sharing_consents",
    "team_member",
    "usable_channels",
    "working_staff",
]
