"""Check-ins and what clients answered."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.checkins.rules import BOTHER, DANGERS, FEELINGS, WHY_MISSED, Level, Occasion, WorryCode, highest
from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.scales.models import ScaleResponse
from clinic.staff.models import User
from clinic.titration.models import DosePlan

OCCASIONS = [(occasion.value, occasion.label) for occasion in Occasion]


class CheckInState(models.TextChoices):
    PLANNED = "planned", "Planned"
    ANSWERED = "answered", "Answered"
    EXPIRED = "expired", "Not answered"
    WITHDRAWN = "withdrawn", "Withdrawn"


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def visible_to(self, user: User) -> "CheckInQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))


class CheckIn(Record):
    """A few questions to a client, bound to a dose step by its plan, first day and amount.

    A replanned step is another step: the check-in of the old one is withdrawn, never moved silently. A step that goes
    on for longer is asked about again before the next one.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="checkins", db_index=False)
    dose_plan = models.ForeignKey(DosePlan, on_delete=models.PROTECT, related_name="checkins")
    step_first_on = models.DateField()
    step_mg = models.DecimalField(max_digits=9, decimal_places=3)
    occasion = models.CharField(max_length=20, choices=OCCASIONS)
    due_on = models.DateField()
    instrument = models.CharField("scale to ask", max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=CheckInState.choices, default=CheckInState.PLANNED)
    closed_at = models.DateTimeField(null=True, blank=True)
    silent_at = models.DateTimeField("seen to be silent", null=True, blank=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["dose_plan", "step_first_on", "step_mg", "occasion", "due_on"],
                condition=~Q(state="withdrawn"),
                name="checkins_once_a_day_of_a_step",
            ),
            models.CheckConstraint(
                condition=Q(state="planned", closed_at=None) | (~Q(state="planned") & Q(closed_at__isnull=False)),
                name="checkins_closed_at",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "-due_on"], name="checkins_client_newest"),
            models.Index(fields=["due_on"], condition=Q(state="planned"), name="checkins_planned"),
            models.Index(
                fields=["due_on"],
                condition=Q(state__in=["planned", "expired"], silent_at=None),
                name="checkins_may_be_silent",
            ),
        ]

    def __str__(self) -> str:
        return self.get_occasion_display()


class CheckInAnswerQuerySet(models.QuerySet["CheckInAnswer"]):
    def visible_to(self, user: User) -> "CheckInAnswerQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))


class CheckInAnswer(Record):
    """What the client answered, as given; `worries` names each rule that made it worrying."""

    checkin = models.OneToOneField(CheckIn, on_delete=models.PROTECT, related_name="answer")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="checkin_answers", db_index=False)
    feeling = models.PositiveSmallIntegerField("how are you on it, 1 much worse to 5 much better")
    doses_missed = models.PositiveSmallIntegerField("doses missed in the last 7 days")
    side_effects = models.JSONField(default=list, blank=True)
    missed_because = models.CharField(max_length=20, choices=list(WHY_MISSED.items()), blank=True)
    thinks_of_stopping = models.BooleanField(default=False)
    wants_call = models.BooleanField(default=False)
    wants_visit = models.BooleanField("would like an appointment sooner", default=False)
    in_crisis = models.BooleanField(default=False)
    words = models.TextField(blank=True)
    scale_response = models.ForeignKey(ScaleResponse, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    worries = models.JSONField(default=list, blank=True)
    is_worrying = models.BooleanField(default=False)
    answered_at = models.DateTimeField()
    # By its review, in the database: looking for what is unread must not cost more with each year of answers.
    reviewed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CheckInAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["-answered_at"]
        indexes = [
            models.Index(fields=["client", "-answered_at"], name="checkins_answers_newest"),
            models.Index(fields=["client"], condition=Q(reviewed_at=None), name="checkins_unread_answers"),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="append_only", exclude=["reviewed_at"]),
            pgtrigger.Protect(
                name="reviewed_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__reviewed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answered_at:%Y-%m-%d}"

    @property
    def feeling_words(self) -> str:
        return FEELINGS[self.feeling]

    @property
    def side_effect_words(self) -> list[str]:
        """Each side effect with how much it bothers, the worst first."""
        worst_first = sorted(self.side_effects, key=lambda effect: -effect["bother"])
        return [f"{effect['words']}: {BOTHER[effect['bother']].lower()}" for effect in worst_first]

    @property
    def worry_sentences(self) -> list[str]:
        return [worry["sentence"] for worry in self.worries]

    @property
    def level(self) -> Level:
        """How soon it wants a person; answers of before triage had levels are urgent in danger, else soon."""
        old = dict.fromkeys(DANGERS, Level.URGENT)
        return highest(Level(one.get("level", old.get(one["code"], Level.SOON))) for one in self.worries)


class AnswerReview(Record):
    """A clinician has read an answer and says what follows from it."""

    answer = models.OneToOneField(CheckInAnswer, on_delete=models.PROTECT, related_name="review")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="marks_its_answer",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="UPDATE checkins_checkinanswer SET reviewed_at = NEW.at WHERE id = NEW.answer_id; RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Sitting(Record):
    """Scales that a client fills in on a device of the clinic, handed over by a member of staff, one after another.

    `done` is how many of `instruments` are through, answered or left out; `in_danger`: an answer told of self-harm.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="sittings")
    instruments = models.JSONField()
    language = models.CharField(max_length=10)
    done = models.PositiveSmallIntegerField(default=0)
    in_danger = models.BooleanField(default=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(instruments=[]), name="checkins_sitting_asks_something"),
        ]

    def __str__(self) -> str:
        return f"{self.opened_at:%Y-%m-%d}"


class ProtocolChange(Record):
    """The clinic sets when one check-in is asked and when silence counts; the newest of an occasion is in force.

    Where the clinic has set nothing, the defaults of the rules are in force.
    """

    occasion = models.CharField(max_length=20, choices=OCCASIONS)
    number = models.PositiveSmallIntegerField()
    is_on = models.BooleanField()
    days = models.PositiveSmallIntegerField()
    silent_after_hours = models.PositiveSmallIntegerField()
    silences_told = models.PositiveSmallIntegerField()
    instrument = models.CharField("scale to ask", max_length=20, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occasion", "number"], name="checkins_protocol_number_once"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_occasion_display()


class TriageChange(Record):
    """The clinic sets how soon one rule of triage wants a person; the newest of a rule is in force.

    Where the clinic has set nothing, the defaults of the rules are in force.
    """

    code = models.CharField(max_length=30, choices=[(code.value, code.label) for code in WorryCode])
    number = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=10, choices=[(level.value, level.label) for level in Level])
    at_least = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="checkins_triage_number_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_code_display()
