"""Check-ins of a signed dose plan, and links to answer them."""

import datetime as dt
from decimal import Decimal

import factory

from clinic.checkins.models import CheckIn, CheckInAnswer, CheckInState
from clinic.checkins.queries import KIND
from clinic.checkins.rules import Occasion
from clinic.messaging.services import mint_link


class CheckInFactory(factory.django.DjangoModelFactory[CheckIn]):
    """The check-in on day 4 of a step of 25 mg that began on Monday, June 1; `dose_plan` must be given."""

    class Meta:
        model = CheckIn

    client = factory.SelfAttribute("dose_plan.client")
    step_first_on = dt.date(2026, 6, 1)
    step_mg = Decimal(25)
    occasion = Occasion.DAY_4
    due_on = dt.date(2026, 6, 4)
    instrument = "phq9"


class CheckInAnswerFactory(factory.django.DjangoModelFactory[CheckInAnswer]):
    """An answer without worries; `checkin` must be given."""

    class Meta:
        model = CheckInAnswer
        skip_postgeneration_save = True

    client = factory.SelfAttribute("checkin.client")
    feeling = 4
    doses_missed = 0
    answered_at = dt.datetime(2026, 6, 4, 17, tzinfo=dt.UTC)

    @factory.post_generation
    def closed(self, create: bool, extracted: object, **kwargs: object) -> None:
        CheckIn.objects.filter(pk=self.checkin_id).update(state=CheckInState.ANSWERED, closed_at=self.answered_at)


def link_to(checkin: CheckIn, *, expires_at: dt.datetime) -> str:
    """The token of a fresh link to a check-in."""
    return mint_link(client_id=checkin.client_id, about_kind=KIND, about_id=checkin.pk, expires_at=expires_at)
