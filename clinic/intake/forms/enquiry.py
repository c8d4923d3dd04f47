"""The public page, and what the care team says about an enquiry."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core import signing

from clinic.clients.rules import MESSAGE_TEXT
from clinic.core.forms import LongText, tell
from clinic.intake.models import ContactWish
from clinic.intake.rules import refusals_of_enquiry
from clinic.staff.models import User

SALT = "clinic.intake.enquiry"
AT_LEAST_S = 4
AT_MOST_S = 24 * 3600
ONCE_MORE = "Please check what you wrote and send it once more."


def new_page(now: datetime) -> str:
    """A signed mark of one page shown: when, and a nonce that makes one enquiry of it at most."""
    return signing.dumps({"nonce": str(uuid4()), "at": now.timestamp()}, salt=SALT)


class GuardForm(forms.Form):
    """Keeps simple robots out: a field that people do not see, and a page that was shown for some seconds."""

    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.nonce: UUID | None = None

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            # A browser that fills in forms by itself may have done it, and a person cannot see the field to empty it.
            self._go_on_with(website="")
            raise forms.ValidationError(ONCE_MORE)
        return ""

    def clean_shown(self) -> str:
        shown = str(self.cleaned_data["shown"])
        try:
            page = signing.loads(shown, salt=SALT)
        except signing.BadSignature:
            self._go_on_with(shown=new_page(self.now))
            raise forms.ValidationError(ONCE_MORE) from None
        age = self.now.timestamp() - page["at"]
        if age > AT_MOST_S:
            self._go_on_with(shown=new_page(self.now))
            raise forms.ValidationError("This page was open for a long time. Please send it once more.")
        if age < AT_LEAST_S:
            raise forms.ValidationError("That was very quick. Please check what you wrote and send it once more.")
        self.nonce = UUID(page["nonce"])
        return shown

    def _go_on_with(self, **marks: str) -> None:
        """The page goes on with other marks; what was typed stays."""
        self.data = {**self.data, **marks}


class EnquiryForm(forms.Form):
    """What a person tells before they are a client."""

    given_names = forms.CharField(
        label="Given names", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = forms.CharField(
        label="Family name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    birth_on = forms.DateField(
        label="Birth date",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the date as month/day/year, for example 12/31/1990."},
    )
    guardian_name = forms.CharField(
        label="If this is for someone under 18: name of a parent or guardian", required=False, max_length=200
    )
    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text="Phone or e-mail: one of the two is enough.",
    )
    email = forms.EmailField(
        label="E-mail", required=False, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    contact_wish = forms.ChoiceField(
        label="How should we reach you?",
        help_text=f"By text message or e-mail: {MESSAGE_TEXT}",
        choices=ContactWish.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how we should reach you."},
    )
    may_leave_message = forms.BooleanField(label="You may call and leave a voice message", required=False)
    what_is_going_on = LongText(
        label="What is going on?",
        max_length=5000,
        error_messages={"max_length": "Please use at most 5,000 characters. You can tell us the rest when we talk."},
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="In your own words. As much or as little as you like.",
    )
    persists_despite_therapy = forms.BooleanField(label="Symptoms go on although I am in therapy", required=False)
    tried_several_medications = forms.BooleanField(label="I have tried several medications", required=False)
    daily_life_is_hard = forms.BooleanField(label="Sleep, mood or energy make daily life hard", required=False)
    wants_blended_plan = forms.BooleanField(
        label="I am looking for a plan that blends therapy and medication", required=False
    )
    insurance_payer = forms.CharField(
        label="Insurance",
        required=False,
        max_length=120,
        help_text="Name of the company, or “none”. You can tell us later.",
    )
    insurance_member_id = forms.CharField(label="Member ID", required=False, max_length=60)
    times_that_suit = forms.CharField(
        label="Times that suit you", required=False, max_length=300, help_text="For example: Tuesdays after 3 pm."
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        words = {name: self[name].value() or "" for name in ("phone", "email", "guardian_name", "contact_wish")}
        tell(self, refusals_of_enquiry(birth_on=typed.get("birth_on"), today=self.today, **words))
        return typed


class TakeForm(forms.Form):
    """Whether a colleague's enquiry is taken over on purpose."""

    take_over = forms.BooleanField(required=False)


class MatchForm(forms.Form):
    """The client who wrote."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)


class TeamForm(forms.Form):
    """Who looks after the client."""

    prescriber = forms.ModelChoiceField(queryset=User.objects.none(), label="Prescriber", empty_label="Choose")
    therapist = forms.ModelChoiceField(
        queryset=User.objects.none(), label="Therapist", required=False, empty_label="None at this clinic"
    )

    def __init__(self, *args: Any, prescribers: Any, therapists: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prescriber"].queryset = prescribers  # type: ignore[attr-defined]
        self.fields["therapist"].queryset = therapists  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=200, error_messages={"required": "Say why this is closed."})


class ReferForm(forms.Form):
    """What a therapist wants to know from a prescriber."""

    question = LongText(
        label="Question for the prescriber",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What have you seen, what was tried in therapy, what should the consultation answer?",
    )
    urgency = forms.ChoiceField(
        label="How soon",
        choices=[("routine", "Routine"), ("soon", "Within two weeks")],
        initial="routine",
        widget=forms.RadioSelect,
        help_text="Danger to life is no referral: call 911, or 988 together with the client, then the prescriber.",
    )
