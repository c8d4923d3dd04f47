"""How the medications of a client go: trials, adherence, side effects; for the visit and the page of its own."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, QuerySet

from clinic.checkins.queries.adherence import doses_told, told_as
from clinic.clients.models import Client
from clinic.core.addresses import address
from clinic.core.queries import prepared
from clinic.core.rows import Rows
from clinic.titration.queries.side_effects import EffectLine, effect_parts, effects_of
from clinic.titration.queries.trials import Ledger, ledger_of, plans_taken, trial_parts
from clinic.titration.rules.trial_words import adequacy_words, dose_words, score_words, warning_words
from clinic.titration.rules.trials import Trial
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.adherence import Adherence, Said, VisitTold, adherence_of


@dataclass(frozen=True, slots=True)
class TakenNow:
    """How one medication that is taken now goes, in words."""

    dose_plan_id: UUID
    medication: str
    adequacy: str
    dose: str
    outcome: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """All that is known of how the medications of a client go; `adherence` is by dose plan, `path` tells it all."""

    ledger: Ledger
    adherence: dict[UUID, Adherence]
    effects: list[EffectLine]
    path: str

    @property
    def taken_now(self) -> list[TakenNow]:
        """The medications that are taken now."""
        own = (trial for trial in self.ledger.trials if trial.is_own and trial.last_on is None)
        return [
            TakenNow(
                trial.key,
                trial.medication,
                adequacy_words(trial, self.ledger.weeks_needed),
                dose_words(trial),
                score_words(trial.score, trial.outcome),
                self.said_of(trial),
            )
            for trial in own
        ]

    @property
    def standing_effects(self) -> list[EffectLine]:
        """Side effects that have not ended, the worst first."""
        return [effect for effect in self.effects if effect.ended_on is None]

    @property
    def spoken_against(self) -> list[str]:
        """What earlier trials speak against, a sentence each."""
        return [words for trial in self.ledger.trials if (words := warning_words(trial))]

    def said_of(self, trial: Trial) -> tuple[Said, ...]:
        """What is known about whether a medication was taken; nothing of one that was told."""
        adherence = self.adherence.get(trial.key)
        return adherence.said if adherence else ()


def response_of(client_id: UUID, today: date) -> Response:
    """How the medications of a client go; one query."""
    [found] = _everything(client_id)
    told = [told_as(row) for row in found["told_doses_rows"]]
    at_visit = next((VisitTold(row["id"], row["visited_on"], row["adherence"]) for row in found["asked_rows"]), None)
    return Response(
        ledger=ledger_of(found, today),
        adherence={
            own.dose_plan_id: adherence_of(
                own,
                [one for one in told if one.dose_plan_id == own.dose_plan_id],
                client_id,
                today=today,
                at_visit=at_visit,
            )
            for own in plans_taken(found)
        },
        effects=effects_of(found["effect_rows"]),
        path=address(settings.TRIALS_URL_NAME, client_id),
    )


@prepared
def _everything(client_id: UUID) -> QuerySet[Client, Any]:
    asked = FollowUpVisit.objects.filter(client=OuterRef("pk"), signed_at__isnull=False).exclude(adherence={})
    newest = asked.order_by("-visited_on").values("id", "visited_on", "adherence")[:1]
    parts = {**trial_parts(), **effect_parts(), "told_doses_rows": Rows(doses_told()), "asked_rows": Rows(newest)}
    return Client.objects.filter(pk=client_id).values(**parts)
