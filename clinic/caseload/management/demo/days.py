"""What happens at the demo clinic every day: check-ins go out and are answered, duties are done."""

import datetime as dt
from dataclasses import replace
from itertools import cycle
from random import Random

from django.db.models import F

from clinic.caseload.management.demo import words
from clinic.checkins import rules
from clinic.checkins.models import CheckIn, CheckInAnswer, CheckInState
from clinic.checkins.services import answer_checkin, ask_for_help, plan_checkins, review_answer
from clinic.coordination.queries import unacknowledged_changes
from clinic.coordination.services import acknowledge_change
from clinic.core.clock import local_day
from clinic.intake.services import note_bookings
from clinic.messaging.models import Reminder, ReminderState
from clinic.messaging.services import mint_link
from clinic.scales.rules import INSTRUMENTS
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.worklist.models import Outcome, WorkItem
from clinic.worklist.services import close_item

LINK_LASTS = dt.timedelta(hours=72)
WORRYING_DAYS = 2
STILL_TO_READ = dt.timedelta(days=4)
STILL_TO_ACKNOWLEDGE = dt.timedelta(days=16)


def _chance_of(checkin: CheckIn) -> Random:
    """The same fortune for the same check-in every time, in whatever order the rows of a day are found."""
    asked = (checkin.client.family_name, checkin.dose_plan.medication.name, checkin.occasion, checkin.due_on)
    return Random("/".join(map(str, asked)))  # noqa: S311 - chance of a story


class EachDay:
    """Six in the morning: yesterday's check-ins were answered or not, the team's duties done or not yet."""

    def __init__(self, today: dt.date, desk: User) -> None:
        self.today, self.desk = today, desk
        self.worries = cycle(words.WORRIES)
        self.is_in_need = True

    def __call__(self, now: dt.datetime) -> None:
        days_to_go = (self.today - local_day(now)).days
        # The planner looks 14 days ahead: in the story's past twice a week is often enough.
        if days_to_go % 4 == 0:
            plan_checkins(now=now)
        yesterday = local_day(now) - dt.timedelta(days=1)
        asked = CheckIn.objects.filter(state=CheckInState.PLANNED, due_on=yesterday).order_by(
            "client__family_name", "client__given_names", "dose_plan__medication__name", "occasion"
        )
        for number, checkin in enumerate(asked.select_related("client", "dose_plan__medication")):
            if days_to_go == 0 and number % 3 == 1:
                continue  # still to be sent: whoever opens the demo finds a link in the outbox
            self._left_then(checkin)
            rng = _chance_of(checkin)
            if days_to_go <= WORRYING_DAYS or rng.random() < 0.86:
                self._answer(checkin, now - dt.timedelta(hours=12), worry=self._worry(days_to_go), rng=rng)
        if days_to_go >= 3 and days_to_go % 14 == 3:
            self._work(now)
        if days_to_go % 7 == 0:
            note_bookings(now=now)

    def _left_then(self, checkin: CheckIn) -> None:
        """The message left on its day: a story's past sends nothing today."""
        Reminder.objects.filter(about_id=checkin.pk, state=ReminderState.DUE).update(
            state=ReminderState.ACCEPTED, attempts=1, accepted_at=F("due_at"), closed_at=F("due_at")
        )

    def _worry(self, days_to_go: int) -> rules.Answers | None:
        """What was written in the last days worries; nobody has read it yet."""
        return next(self.worries) if days_to_go in range(1, WORRYING_DAYS + 1) else None

    def _answer(self, checkin: CheckIn, now: dt.datetime, *, worry: rules.Answers | None, rng: Random) -> None:
        token = mint_link(
            client_id=checkin.client_id, about_kind="checkin", about_id=checkin.pk, expires_at=now + LINK_LASTS
        )
        if local_day(now) == self.today - dt.timedelta(days=1) and self.is_in_need:
            # One person pressed the button yesterday evening, and the alert still stands.
            self.is_in_need, worry = False, words.IN_NEED
            ask_for_help(token=token, now=now)
        answers = self._answers(checkin, rng)
        answer_checkin(token=token, answers=replace(worry, scale=answers.scale) if worry else answers, now=now)

    def _answers(self, checkin: CheckIn, rng: Random) -> rules.Answers:
        effect = rng.choice(words.SIDE_EFFECTS)
        bother = rng.choices([0, 1, 2, 3], [60, 28, 9, 3])[0]
        effects = (rules.SideEffect(effect, rules.SIDE_EFFECTS[effect], bother),) if bother else ()
        items = INSTRUMENTS[checkin.instrument].items if checkin.instrument else ()
        total = rng.randint(3, 10) if len(items) > 2 else rng.randint(0, 3)
        return rules.Answers(
            feeling=rng.choices([2, 3, 4, 5], [10, 30, 45, 15])[0],
            doses_missed=rng.choices([0, 1, 2], [75, 20, 5])[0],
            side_effects=effects,
            scale=tuple(words.answers_of(total, len(items), rng)) if items else (),
            wants_call=rng.random() < 0.03,
            words=rng.choice(words.SAID),
        )

    def _work(self, now: dt.datetime) -> None:
        """The team of long ago did its work: answers read, clients called, changes acknowledged."""
        unread = CheckInAnswer.objects.filter(review=None, answered_at__lt=now - STILL_TO_READ)
        for answer in unread.select_related("checkin__dose_plan__prescriber"):
            said = "Called, no change needed." if answer.is_worrying else ""
            review_answer(answer_id=answer.pk, words=said, by=answer.checkin.dose_plan.prescriber, now=now)
        for item in WorkItem.objects.open().filter(due_at__lt=now):
            close_item(item_id=item.pk, outcome=Outcome.REACHED, by=self.desk, now=now)
        for therapist in User.objects.owning(Role.THERAPIST):
            for change in unacknowledged_changes(therapist, 50):
                if change.at < now - STILL_TO_ACKNOWLEDGE:
                    acknowledge_change(change_id=change.pk, by=therapist, now=now)
