from clinic.clients.models.client import (
    BreakGlassAccess,
    CareTeamMember,
    Client,
    ClientStatus,
    Sex,
    SharingConsent,
    open_charts,
)
from clinic.clients.models.contact import ClientIdentifier, ContactKind, ContactPoint, RelatedKind, RelatedPerson

__all__ = [
    "BreakGlassAccess",
    "CareTeamMember",
    "Client",
    "ClientIdentifier",
    "ClientStatus",
    "ContactKind",
    "ContactPoint",
    "RelatedKind",
    "RelatedPerson",
    "Sex",
    "SharingConsent",
    "open_charts",
]
