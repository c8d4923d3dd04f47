"""What a Patient resource says of a client."""

from datetime import date
from typing import Any

from clinic.clients.rules import phone_number
from clinic.exchange.rules import dates
from clinic.exchange.rules.reading import Json, Refused, label_of

GENDER_IDENTITY = (
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity",
    "http://hl7.org/fhir/StructureDefinition/individual-genderIdentity",
    "http://hl7.org/fhir/StructureDefinition/patient-genderIdentity",
)
BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
BIRTH_SEXES = {"F": "female", "M": "male"}
SEXES = {"female", "male", "other", "unknown"}


def client_values(patient: Json, *, today: date) -> dict[str, Any]:
    """The fields of a client: legal and preferred name, birth date, sex, gender, language, address, death."""
    label = label_of(patient)
    names = [name for name in patient.get("name") or [] if name.get("use") != "old"]
    by_use = {name.get("use", ""): name for name in reversed(names)}
    legal = by_use.get("official") or by_use.get("usual") or (names[0] if names else None)
    family = (legal or {}).get("family") or (legal or {}).get("text") or ""
    if not family:
        raise Refused("The name is missing.", label)
    born = dates.birth_date(patient.get("birthDate"), today=today, label=label)
    home: Json = next((a for a in patient.get("address") or [] if a.get("use") != "old"), {})
    country = str(home.get("country") or "US")
    return {
        "given_names": " ".join((legal or {}).get("given") or [])[:150],
        "family_name": str(family)[:150],
        "preferred_name": " ".join(by_use.get("nickname", {}).get("given") or [])[:150],
        "birth_on": born,
        "sex": _sex(patient),
        "gender": _gender(patient)[:60],
        "language": _language(patient)[:10],
        "address_line": ", ".join(home.get("line") or [])[:200],
        "city": str(home.get("city") or "")[:100],
        "state": str(home.get("state") or "")[:50],
        "postal_code": str(home.get("postalCode") or "")[:20],
        "country": country if len(country) == 2 else "US",
        "deceased_on": dates.day(patient.get("deceasedDateTime"), born=born, label=label, may_be_after=today),
    }


def identifiers_of(patient: Json) -> list[tuple[str, str]]:
    """Every identifier with its system; without any, the resource's own id stands in."""
    label, found = label_of(patient), []
    for identifier in patient.get("identifier") or []:
        system, value = identifier.get("system") or "", identifier.get("value") or ""
        if system and value:
            if max(len(system), len(value)) > 200:
                raise Refused("An identifier is longer than 200 characters.", label)
            found.append((system, str(value)))
    if found:
        return list(dict.fromkeys(found))
    if not patient.get("id"):
        raise Refused("There is neither an identifier nor an id to know this person by again.", label)
    source = (patient.get("meta") or {}).get("source") or "urn:fhir:id"
    return [(str(source)[:200], str(patient["id"])[:200])]


def contacts_of(patient: Json) -> tuple[list[tuple[str, str, str]], int]:
    """Phones (E.164) and e-mails as kind, value, label; and how many could not be used."""
    found, unusable = [], 0
    for point in patient.get("telecom") or []:
        system, value = point.get("system"), str(point.get("value") or "").strip()
        if point.get("use") == "old" or not value:
            continue
        if system in {"phone", "sms"} and (number := phone_number(value)):
            found.append(("phone", number, str(point.get("use") or "")[:40]))
        elif system == "email" and "@" in value and len(value) <= 254:
            found.append(("email", value.lower(), str(point.get("use") or "")[:40]))
        else:
            unusable += 1
    return list({(kind, value): (kind, value, use) for kind, value, use in found}.values()), unusable


def _sex(patient: Json) -> str:
    for extension in patient.get("extension") or []:
        if extension.get("url") == BIRTH_SEX and extension.get("valueCode") in BIRTH_SEXES:
            return BIRTH_SEXES[extension["valueCode"]]
    stated = patient.get("gender")
    return stated if stated in SEXES else "unknown"


def _gender(patient: Json) -> str:
    for extension in patient.get("extension") or []:
        if extension.get("url") in GENDER_IDENTITY:
            inner = extension.get("extension") or [extension]
            for part in inner:
                concept = part.get("valueCodeableConcept") or {}
                coding = (concept.get("coding") or [{}])[0]
                text = concept.get("text") or coding.get("display")
                if text:
                    return str(text)
    stated, sex = patient.get("gender"), _sex(patient)
    return str(stated) if stated in {"female", "male", "other"} and stated != sex else ""


def _language(patient: Json) -> str:
    spoken = patient.get("communication") or []
    chosen = next((one for one in spoken if one.get("preferred")), spoken[0] if spoken else {})
    codings = (chosen.get("language") or {}).get("coding") or []
    code = str(codings[0].get("code") or "") if codings else ""
    return code.split("-")[0].lower() or "en"
