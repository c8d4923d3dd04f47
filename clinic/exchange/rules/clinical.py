"""What each clinical resource says, as fields of the row it becomes. None: nothing we keep."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from clinic.exchange.rules import dates
from clinic.exchange.rules.medications import Formulary
from clinic.exchange.rules.observations import MEASURED, OTHER_TOTALS, PANELS
from clinic.exchange.rules.reading import Json, Refused, Resources, label_of
from clinic.scales.rules import INSTRUMENTS

LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NO_KNOWN_ALLERGY = "716186003"
OVER = frozenset({"stopped", "completed", "cancelled", "not-taken", "ended"})
WRONG = frozenset({"entered-in-error", "cancelled", "refuted"})
SETTINGS = {
    "AMB": "Outpatient visit",
    "EMER": "Emergency visit",
    "IMP": "Hospital stay",
    "ACUTE": "Hospital stay",
    "NONAC": "Hospital stay",
    "OBSENC": "Observation stay",
    "HH": "Home visit",
    "VR": "Virtual visit",
    "WELLNESS": "Wellness visit",
    "URGENTCARE": "Urgent care visit",
}
TOTALS = {scale.loinc_total: scale for scale in INSTRUMENTS.values() if scale.loinc_total}
SMALLEST = Decimal("0.0001")
LARGEST = Decimal(10) ** 8


@dataclass(frozen=True)
class Context:
    """What reading a resource needs to know beside itself."""

    resources: Resources
    formulary: Formulary
    medications: dict[str, Json]
    born: date | None
    today: date


Row = tuple[str, str, dict[str, Any]]


def rows_of(resource: Json, context: Context) -> Iterator[Row]:
    """The rows a resource becomes: a suffix that tells them apart, the model, its fields."""
    if _status(resource) & WRONG:
        return
    reader = READERS[resource["resourceType"]]
    yield from reader(resource, context)


def concept_text(concept: Json | None) -> str:
    """What a coded concept reads as: its text, else the first display, else the first code."""
    concept = concept or {}
    codings = concept.get("coding") or [{}]
    shown = next((coding["display"] for coding in codings if coding.get("display")), "")
    return str(concept.get("text") or shown or codings[0].get("code") or "")


def medication_concept(resource: Json, context: Context) -> Json:
    """The coded medication, stated in place or by reference; raises Refused if the reference leads nowhere."""
    stated = resource.get("medicationCodeableConcept")
    if stated:
        return dict(stated)
    reference = resource.get("medicationReference") or {}
    address = str(reference.get("reference") or "")
    found = context.resources.find(address, resource) or context.medications.get(address)
    if found:
        return dict(found.get("code") or {})
    if reference.get("display"):
        return {"text": reference["display"]}
    raise Refused(f"The medication {address or '(none)'} leads nowhere.", label_of(resource))


def _condition(resource: Json, context: Context) -> Iterator[Row]:
    label, code = label_of(resource), resource.get("code") or {}
    coding = (code.get("coding") or [{}])[0]
    text = concept_text(code)
    if not text:
        return
    onset = resource.get("onsetDateTime") or (resource.get("onsetPeriod") or {}).get("start")
    ended = resource.get("abatementDateTime") or (resource.get("abatementPeriod") or {}).get("end")
    began_on = dates.day(onset, born=context.born, label=label, may_be_after=context.today)
    ended_on = dates.day(ended, born=context.born, label=label)
    dates.check_order(began_on, ended_on, label)
    values = {
        "code_system": str(coding.get("system") or "")[:120],
        "code": str(coding.get("code") or "")[:40],
        "text": text[:300],
        "clinical_status": _code(resource.get("clinicalStatus"))[:30],
        "began_on": began_on,
        "ended_on": ended_on,
    }
    yield "", "intake.ProblemHistory", values


def _medication(resource: Json, context: Context) -> Iterator[Row]:
    label = label_of(resource)
    concept = medication_concept(resource, context)
    text = concept_text(concept)
    if not text:
        raise Refused("The medication has no name.", label)
    rxcuis = [str(c["code"]) for c in concept.get("coding") or [] if c.get("system") == RXNORM and c.get("code")]
    period = resource.get("effectivePeriod") or {}
    validity = (resource.get("dispenseRequest") or {}).get("validityPeriod") or {}
    start = period.get("start") or resource.get("effectiveDateTime") or resource.get("authoredOn")
    first_on = dates.day(start or resource.get("dateAsserted"), born=context.born, label=label)
    is_over = bool(_status(resource) & OVER)
    # A stopped medication without an end was taken no later than we know of: it must not read as taken now.
    last_on = dates.day(period.get("end") or (is_over and validity.get("end")) or None, born=context.born, label=label)
    dates.check_order(first_on, last_on, label)
    source = resource.get("requester") or resource.get("informationSource") or {}
    values = {
        "medication_id": context.formulary.match(rxcuis=rxcuis, text=text),
        "name": text[:300],
        "rxcui": rxcuis[0][:12] if rxcuis else "",
        "dose_text": _dose_text(resource, is_over)[:200],
        "prescribed_by": str(source.get("display") or "")[:150],
        "first_on": first_on,
        "last_on": last_on or (first_on if is_over else None),
    }
    yield "", "intake.ReportedMedication", values


def _allergy(resource: Json, context: Context) -> Iterator[Row]:
    text = concept_text(resource.get("code"))
    if not text:
        return
    codes = {str(c.get("code")) for c in (resource.get("code") or {}).get("coding") or []}
    rxcuis = [str(c["code"]) for c in (resource.get("code") or {}).get("coding") or [] if c.get("system") == RXNORM]
    reaction = (resource.get("reaction") or [{}])[0]
    is_over = _code(resource.get("clinicalStatus")) in {"inactive", "resolved"}
    recorded = dates.instant(
        resource.get("recordedDate"), born=context.born, label=label_of(resource), may_be_after=context.today
    )
    severity = reaction.get("severity")
    values = {
        "substance": text[:200],
        "medication_id": context.formulary.match(rxcuis=rxcuis, text=text) if rxcuis else None,
        "reaction": ", ".join(concept_text(one) for one in reaction.get("manifestation") or [])[:200],
        "severity": severity if severity in {"mild", "moderate", "severe"} else "unknown",
        "is_none_known": NO_KNOWN_ALLERGY in codes,
        "withdrawn_at": (recorded or datetime.combine(context.today, time(12), tzinfo=UTC)) if is_over else None,
    }
    yield "", "intake.Allergy", values


def _coverage(resource: Json, context: Context) -> Iterator[Row]:
    label, period = label_of(resource), resource.get("period") or {}
    payers = resource.get("payor") or [{}]
    organization = context.resources.find(str(payers[0].get("reference") or ""), resource) or {}
    payer = payers[0].get("display") or organization.get("name") or concept_text(resource.get("type"))
    if not payer:
        raise Refused("The payer has no name.", label)
    classes = {_code(part.get("type")): part for part in resource.get("class") or []}
    kind = f"{concept_text(resource.get('type'))} {payer}".lower()
    began_on = dates.day(period.get("start"), born=context.born, label=label)
    ended_on = dates.day(period.get("end"), born=context.born, label=label)
    dates.check_order(began_on, ended_on, label)
    values = {
        "payer": str(payer)[:150],
        "plan_name": str(classes.get("plan", {}).get("name") or classes.get("plan", {}).get("value") or "")[:150],
        "plan_type": next((known for known in ("medicaid", "medicare") if known in kind), "other"),
        "member_id": str(resource.get("subscriberId") or "")[:60],
        "group_number": str(classes.get("group", {}).get("value") or "")[:60],
        "rx_bin": str(classes.get("rxbin", {}).get("value") or "")[:20],
        "rx_pcn": str(classes.get("rxpcn", {}).get("value") or "")[:20],
        "rx_group": str(classes.get("rxgroup", {}).get("value") or "")[:20],
        "subscriber_name": str((resource.get("subscriber") or {}).get("display") or "")[:200],
        "subscriber_relationship": concept_text(resource.get("relationship"))[:40],
        "rank": 1 if resource.get("order") in (None, 1) else min(int(resource["order"]), 9),
        "began_on": began_on,
        "ended_on": ended_on,
    }
    yield "", "coverage.Coverage", values


def _encounter(resource: Json, context: Context) -> Iterator[Row]:
    label, period = label_of(resource), resource.get("period") or {}
    began_at = dates.instant(period.get("start"), born=context.born, label=label)
    ended_at = dates.instant(period.get("end"), born=context.born, label=label)
    if began_at is None:
        return
    if ended_at and ended_at < began_at:
        raise Refused("It ends before it begins.", label)
    setting = SETTINGS.get(str((resource.get("class") or {}).get("code") or "").upper(), "Visit")
    what = concept_text((resource.get("type") or [None])[0]) or setting
    why = concept_text((resource.get("reasonCode") or [None])[0])
    values = {
        "kind": setting,
        "text": (f"{what}: {why}" if why else what)[:300],
        "began_at": began_at,
        "ended_at": ended_at,
    }
    yield "", "intake.HistoryEvent", values


def _observation(resource: Json, context: Context) -> Iterator[Row]:
    label = label_of(resource)
    when = resource.get("effectiveDateTime") or resource.get("effectiveInstant")
    when = when or (resource.get("effectivePeriod") or {}).get("start") or resource.get("issued")
    codes = _loincs(resource)
    parts = [resource]
    if codes & PANELS:
        parts = list(resource.get("component") or [])
    for part in parts:
        for code in sorted(_loincs(part)):
            row = _value_row(part, code, label)
            if row is None:
                continue
            taken_at = dates.instant(when, born=context.born, label=label, may_be_after=context.today)
            if taken_at is None:
                raise Refused("The result has no date.", label)
            model, values = row
            moment = "answered_at" if model == "scales.ScaleResponse" else "taken_at"
            yield f"#{code}" if codes & PANELS else "", model, {**values, moment: taken_at}
            break


def _value_row(part: Json, code: str, label: str) -> tuple[str, dict[str, Any]] | None:
    quantity = part.get("valueQuantity") or {}
    value = quantity.get("value", part.get("valueInteger"))
    if value is None or isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if code in MEASURED:
        amount, unit = Decimal(value), str(quantity.get("unit") or quantity.get("code") or "")
        if not unit or abs(amount) >= LARGEST:
            raise Refused("The value has no unit or cannot be true.", label)
        fields = {"kind": MEASURED[code], "loinc": code, "value": amount.quantize(SMALLEST), "unit": unit[:30]}
        return "monitoring.Measurement", fields
    if code in OTHER_TOTALS or code in TOTALS:
        return "scales.ScaleResponse", _scale_fields(code, Decimal(value), label)
    return None


def _scale_fields(code: str, total: Decimal, label: str) -> dict[str, Any]:
    scale = TOTALS.get(code)
    if total != int(total) or not 0 <= total <= 1000:
        raise Refused(f"The total {total} is no whole number of points.", label)
    if scale is None:
        return {"instrument": OTHER_TOTALS[code], "version": "", "total": int(total), "band": ""}
    if not scale.minimum <= total <= scale.maximum:
        raise Refused(f"{scale.title}: the total {total} is outside {scale.minimum} to {scale.maximum}.", label)
    bands = scale.bands.get("", ())
    band = next((one.name for one in reversed(bands) if total >= one.at_least), "")
    return {"instrument": scale.code, "version": scale.version, "total": int(total), "band": band}


def _loincs(part: Json) -> set[str]:
    codings = (part.get("code") or {}).get("coding") or []
    return {str(coding.get("code")) for coding in codings if coding.get("system") == LOINC}


def _code(concept: Json | None) -> str:
    codings = (concept or {}).get("coding") or [{}]
    return str(codings[0].get("code") or "")


def _status(resource: Json) -> set[str]:
    return {str(resource.get("status") or ""), _code(resource.get("verificationStatus"))}


def _dose_text(resource: Json, is_over: bool) -> str:
    dosages = resource.get("dosageInstruction") or resource.get("dosage") or []
    said = next((str(dosage["text"]) for dosage in dosages if dosage.get("text")), "")
    return f"Stopped. {said}".strip() if is_over else said


READERS = {
    "Condition": _condition,
    "MedicationRequest": _medication,
    "MedicationStatement": _medication,
    "AllergyIntolerance": _allergy,
    "Coverage": _coverage,
    "Encounter": _encounter,
    "Observation": _observation,
}
