"""What is read of results: the newest of each kind, one kind over time."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import Http404

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.monitoring import rules
from clinic.monitoring.models import Measurement
from clinic.monitoring.rules import KINDS
from clinic.staff.models import User
from clinic.titration.rules.person import MeasuredFacts
from clinic.worklist.models import WorkItem

ROWS_SHOWN = 200
OTHERS = "Other"
CRITICAL = "critical:"


@dataclass(frozen=True, slots=True)
class Result:
    """One result as it is shown; `critical` says why it must be seen at once, if it must."""

    row: Measurement
    label: str
    words: str
    critical: str = ""
    may_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The newest results of one group of kinds."""

    name: str
    results: list[Result]


def get_measurement(user: User, measurement_id: UUID) -> Measurement:
    """A result of a chart open to this user, or 404."""
    found = Measurement.objects.visible_to(user).filter(pk=measurement_id).first()
    if found is None:
        raise Http404
    return found


def newest_results(client: Client) -> list[Group]:
    """The newest standing result of each kind, in the order of the catalogue; one query."""
    newest = Measurement.objects.standing().filter(client=client).newest_of_each_kind()
    rows = newest.select_related("recorded_by").annotate(critical=critical_words())
    found = {row.kind: _result(row, critical=getattr(row, "critical", "")) for row in rows}
    ordered = [code for code in KINDS if code in found] + sorted(code for code in found if code not in KINDS)
    return [Group(name, [found[code] for code in codes]) for name, codes in groupby(ordered, key=_group_of)]


def _group_of(code: str) -> str:
    return KINDS[code].group if code in KINDS else OTHERS


def results_of_kind(user: User, client: Client, kind: str) -> list[Result]:
    """Every result of one kind, newest first, withdrawn ones among them; one query."""
    rows = Measurement.objects.filter(client=client, kind=kind).select_related("recorded_by", "withdrawn_by")
    return [
        _result(
            row,
            may_withdraw=row.withdrawn_at is None
            and rules.may_withdraw(recorded_by=row.recorded_by_id, by=user.pk, role=user.acting_role),
        )
        for row in rows.order_by("-taken_at", "-id")[:ROWS_SHOWN]
    ]


def _result(row: Measurement, *, critical: str = "", may_withdraw: bool = False) -> Result:
    words = rules.result_words(row.kind, row.value, row.unit)
    return Result(row, rules.label_of(row.kind), words, critical, may_withdraw)


def critical_about(measurement_id: UUID) -> str:
    """The cause under which a critical result stands among the duties of a prescriber."""
    return f"{CRITICAL}{measurement_id}"


def critical_words() -> Coalesce:
    """What the duty about a critical result says, for a statement over results; empty for any other."""
    about = Concat(Value(CRITICAL), Cast(OuterRef("pk"), CharField()))
    return Coalesce(Subquery(WorkItem.objects.filter(about=about).values("reason")[:1]), Value(""))


def critical_among(results: Iterable[Measurement]) -> list[str]:
    """What must be seen at once of results that were just entered."""
    abouts = [critical_about(result.pk) for result in results]
    return list(WorkItem.objects.open().filter(about__in=abouts).values_list("reason", flat=True))


def newest_facts(client_id: UUID) -> MeasuredFacts:
    """The newest standing eGFR and QTc with their days; a value in a unit that is not known counts as not known."""
    rows = Measurement.objects.standing().filter(client=client_id, kind__in=["egfr", "qtc"]).newest_of_each_kind()
    found = {row.kind: (rules.in_own_unit(row.kind, row.value, row.unit), row.taken_at) for row in rows}
    egfr, egfr_at = found.get("egfr", (None, None))
    qtc, qtc_at = found.get("qtc", (None, None))
    return MeasuredFacts(
        egfr=egfr,
        egfr_on=local_day(egfr_at) if egfr is not None and egfr_at else None,
        qtc_ms=round(qtc) if qtc is not None else None,
        qtc_on=local_day(qtc_at) if qtc is not None and qtc_at else None,
    )
