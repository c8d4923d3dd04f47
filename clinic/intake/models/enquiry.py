"""How a person first comes to us."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record


class EnquiryStatus(models.TextChoices):
    NEW = "new", "New"
    IN_PROGRESS = "in_progress", "Being handled"
    BOOKED = "booked", "Consultation booked"
    CLOSED = "closed", "Closed"


class ContactWish(models.TextChoices):
    CALL = "call", "Call me"
    TEXT = "text", "Text me"
    EMAIL = "email", "E-mail me"


@pghistory.track()
class Enquiry(Record):
    """What a person wrote on the public page, in their own words, and what became of it."""

    given_names = models.CharField(max_length=150)
    family_name = models.CharField(max_length=150)
    birth_on = models.DateField()
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    contact_wish = models.CharField(max_length=10, choices=ContactWish.choices)
    may_leave_message = models.BooleanField(default=False)
    is_for_minor = models.BooleanField(default=False)
    guardian_name = models.CharField(max_length=200, blank=True)
    what_is_going_on = models.TextField()
    persists_despite_therapy = models.BooleanField(default=False)
    tried_several_medications = models.BooleanField(default=False)
    daily_life_is_hard = models.BooleanField(default=False)
    wants_blended_plan = models.BooleanField(default=False)
    insurance_payer = models.CharField(max_length=120, blank=True)
    insurance_member_id = models.CharField(max_length=60, blank=True)
    times_that_suit = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=EnquiryStatus.choices, default=EnquiryStatus.NEW)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=200, blank=True)
    nonce = models.UUIDField("one page shown, one row", null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ["received_at"]
        verbose_name_plural = "enquiries"
        indexes = [
            models.Index(fields=["received_at"], condition=~Q(status="closed"), name="intake_open_enquiries"),
            models.Index(fields=["client", "-received_at"], name="intake_client_enquiries"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="intake_enquiry_can_be_answered"),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False) | (~Q(status="closed") & Q(closed_at=None)),
                name="intake_enquiry_closed_at",
            ),
        ]

    def __str__(self) -> str:
        return self.get_status_display()

    @property
    def may_be_called(self) -> bool:
        """Whether a call is what the person wished, or at least allowed."""
        return bool(self.phone) and (self.contact_wish == ContactWish.CALL or self.may_leave_message)


class TherapistReferral(Record):
    """A therapist of the clinic refers a client for a medication consultation, with the question to answer."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="referrals")
    referred_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    referred_at = models.DateTimeField()
    question = models.TextField()
    urgency = models.CharField(
        max_length=10, choices=[("routine", "Routine"), ("soon", "Within two weeks")], default="routine"
    )
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["referred_at"]
        indexes = [
            models.Index(fields=["client", "-referred_at"], name="intake_client_referrals"),
            models.Index(fields=["referred_at"], condition=Q(handled_at=None), name="intake_open_referrals"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "referred_by"], condition=Q(handled_at=None), name="intake_one_open_referral_each"
            ),
            models.CheckConstraint(
                condition=Q(handled_at=None, handled_by=None) | Q(handled_at__isnull=False, handled_by__isnull=False),
                name="intake_referral_handled_by",
            ),
        ]

    def __str__(self) -> str:
        return self.get_urgency_display()
