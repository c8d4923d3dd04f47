from clinic.clients.models.client import (
    IN_CARE,
    BreakGlassAccess,
    CareTeamMember,
    Client,
    ClientStatus,
    Sex,
    SharingConsent,
    WordsOf,
    open_charts,
)
from clinic.clients.models.contact import ClientIdentifier, ContactKind, ContactPoint, RelatedKind, RelatedPerson
from clinic.clients.models.message import ConsentWay, MessageChannel, MessageConsent, MessagePurpose

__all__ = [
    "IN_CARE",
    "BreakGlassAccess",
    "CareTeamMember",
    "Client",
    "ClientIdentifier",
    "ClientStatus",
    "ConsentWay",
    "ContactKind",
    "ContactPoint",
    "MessageChannel",
    "MessageConsent",
    "MessagePurpose",
    "RelatedKind",
    "RelatedPerson",
    "Sex",
    "SharingConsent",
    "WordsOf",
    "open_charts",
]
