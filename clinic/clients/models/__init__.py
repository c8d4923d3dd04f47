from clinic.clients.models.client import (
    IN_CARE,
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
    "IN_CARE",
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
