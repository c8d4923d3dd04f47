"""The forms of the treatment plan: one page with rows for problems, goals and interventions."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clinic.core.forms import WITHIN_REACH, LongText, offer, tell
from clinic.core.templatetags.clinic_ui import day, instant
from clinic.formulary.models import Medication
from clinic.intake.icd10 import is_billable
from clinic.plans import rules
from clinic.plans.models import Intervention, InterventionKind, MedicationConsent
from clinic.plans.rules import PARTS, Agreement, GoalEntry, InterventionEntry, PlanContent, ProblemEntry
from clinic.plans.rules.consent import LONGEST, GivenBy, How

MOST_ROWS = 40


def day_field(label: str, help_text: str = "") -> forms.DateField:
    """A day, picked from the browser's calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=False, validators=WITHIN_REACH, widget=widget)


class ProblemRow(forms.Form):
    """One problem; an empty row is none."""

    text = forms.CharField(label="Problem", max_length=300, required=False)
    code = forms.CharField(label="ICD-10 code", max_length=10, required=False)

    def clean_code(self) -> str:
        """The code as the code set writes it."""
        code: str = self.cleaned_data["code"].strip().upper()
        if code and not is_billable(code):
            raise forms.ValidationError("This is not a billable ICD-10-CM code. Find it below or leave it empty.")
        return code

    def clean(self) -> dict[str, Any]:
        """A code alone says what the problem is only to machines."""
        return _named(self, "Say in words what the problem is.")

    def entry(self) -> ProblemEntry | None:
        """The problem as the rules read it."""
        return ProblemEntry(**self.cleaned_data) if self.cleaned_data.get("text") else None


class GoalRow(forms.Form):
    """One goal; an empty row is none."""

    text = forms.CharField(label="Goal", max_length=300, required=False)
    measure = forms.CharField(label="Measured by", max_length=120, required=False)
    baseline = forms.CharField(label="Now", max_length=60, required=False)
    target = forms.CharField(label="Target", max_length=60, required=False)
    target_on = day_field("By")

    def clean(self) -> dict[str, Any]:
        """A measure without a goal measures nothing."""
        return _named(self, "Say what the goal is.")

    def entry(self) -> GoalEntry | None:
        """The goal as the rules read it."""
        return GoalEntry(**self.cleaned_data) if self.cleaned_data.get("text") else None


class InterventionRow(forms.Form):
    """One intervention; an empty row is none."""

    kind = forms.ChoiceField(label="Kind", choices=[("", "Choose"), *InterventionKind.choices], required=False)
    text = forms.CharField(label="What", max_length=300, required=False)
    how_often = forms.CharField(label="How often", max_length=120, required=False)
    responsible = forms.ChoiceField(
        label="Who is responsible",
        choices=[("", "Choose"), *(Intervention._meta.get_field("responsible").choices or [])],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """What is done has a kind and somebody responsible for it."""
        cleaned = _named(self, "Say what will be done.")
        if cleaned.get("text"):
            if not cleaned.get("kind"):
                self.add_error("kind", "Choose the kind of help.")
            if not cleaned.get("responsible"):
                self.add_error("responsible", "Choose who is responsible.")
        return cleaned

    def entry(self) -> InterventionEntry | None:
        """The intervention as the rules read it."""
        return InterventionEntry(**self.cleaned_data) if self.cleaned_data.get("text") else None


def _named(form: forms.Form, message: str) -> dict[str, Any]:
    """Refuse a row of which something is filled in but not its text."""
    cleaned = form.cleaned_data
    if "text" not in form.errors and not cleaned.get("text") and any(cleaned.values()):
        form.add_error("text", message)
    return cleaned


ROWS: dict[str, Any] = {
    "problems": forms.formset_factory(ProblemRow, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS),
    "goals": forms.formset_factory(GoalRow, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS),
    "interventions": forms.formset_factory(InterventionRow, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS),
}


class PlanDraftForm(forms.Form):
    """The whole draft on one page. Cleaned, it is the `version` it was opened at and the plan's `content`."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    client_words = LongText(
        label="What the client wants, in their own words",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    review_on = day_field("Look at the plan again on")
    client_agreed_on = day_field("The client agreed on", "Leave empty until they have.")

    def __init__(self, data: QueryDict | None, *, version: int, content: PlanContent) -> None:
        initial = {
            "version": version,
            "client_words": content.client_words,
            "review_on": content.review_on,
            "client_agreed_on": content.client_agreed_on,
        }
        super().__init__(data, initial=initial)
        parts: dict[str, tuple[Any, ...]] = {
            "problems": content.problems,
            "goals": content.goals,
            "interventions": content.interventions,
        }
        self.rows: dict[str, Any] = {
            prefix: ROWS[prefix](
                data,
                prefix=prefix,
                initial=[_as_dict(entry) for entry in entries] or [{}],
                # A row that reads as it was saved is read all the same, not passed over.
                form_kwargs={"empty_permitted": False},
            )
            for prefix, entries in parts.items()
        }

    def clean(self) -> dict[str, Any]:
        """The rows that are filled in, gathered to what the plan says."""
        cleaned = super().clean() or {}
        if not all(formset.is_valid() for formset in self.rows.values()):
            raise forms.ValidationError("A row below needs a look.")
        content = PlanContent(
            client_words=cleaned.get("client_words", ""),
            review_on=cleaned.get("review_on"),
            client_agreed_on=cleaned.get("client_agreed_on"),
            **{prefix: self._entries(prefix) for prefix in self.rows},
        )
        return {"version": cleaned.get("version"), "content": content}

    def conflict_rows(self) -> list[tuple[str, str, str]]:
        """After a stale save: the lists as typed here beside those that now stand, where they differ."""
        words: dict[str, Callable[[Any], str]] = {
            "problems": rules.problem_words,
            "goals": rules.goal_words,
            "interventions": rules.intervention_words,
        }
        stale = getattr(self, "conflict", None)
        theirs = stale.theirs if stale else {}
        pairs = [
            (prefix.capitalize(), "\n".join(words[prefix](one) for one in self._entries(prefix)), theirs[prefix])
            for prefix in self.rows
            if prefix in theirs
        ]
        return [pair for pair in pairs if pair[1] != pair[2]]

    def _entries(self, prefix: str) -> tuple[Any, ...]:
        return tuple(entry for row in self.rows[prefix] if (entry := row.entry()) is not None)


def _as_dict(entry: ProblemEntry | GoalEntry | InterventionEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__slots__}


class SignPlanForm(forms.Form):
    """The signature: the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class AcknowledgeForm(forms.Form):
    """A therapist's word on a plan."""

    comment = LongText(
        label="Comment",
        help_text="Optional. The team reads it with the plan.",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


HOWS = [
    (How.SPOKEN, "Agreed, spoken"),
    (How.SIGNED, "Agreed, signed on paper"),
    (How.EMERGENCY, "Emergency: it begins without consent"),
]


BY_LINK = (How.LINK, "Not yet: ask by link, the client reads it and agrees")


def _discussed(label: str, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return LongText(label=label, help_text=help_text, max_length=LONGEST, required=False, widget=widget)


def consent_fields() -> dict[str, forms.Field]:
    """What is asked of a consent to one medication; the rule says what is missing, so that a draft stays as typed."""
    return {
        "how": forms.ChoiceField(
            label="How the client consented",
            choices=HOWS,
            required=False,
            widget=forms.RadioSelect,
            help_text="After all below was discussed, and the right to refuse or to stop at any time.",
        ),
        "target_symptoms": _discussed("Target symptoms"),
        "benefit": _discussed("Expected benefit"),
        "risks": _discussed("Common and serious risks"),
        "alternatives": _discussed("Alternatives, no medication among them"),
        "is_off_label": forms.BooleanField(label="The use is off label, and this was said", required=False),
        "given_by": forms.ChoiceField(
            label="Who consented",
            choices=[(GivenBy.CLIENT, "Client"), (GivenBy.GUARDIAN, "Guardian")],
            required=False,
            initial=GivenBy.CLIENT.value,
        ),
        "guardian_name": forms.CharField(label="Guardian, by name", max_length=150, required=False),
        "because": forms.CharField(label="In an emergency: why without consent", max_length=300, required=False),
    }


class ConsentForm(forms.Form):
    """A consent to one medication, recorded on its own page."""

    medication = forms.ModelChoiceField(
        label="Medication",
        queryset=Medication.objects.prescribable(),
        empty_label="Choose",
        error_messages={"required": "Choose the medication."},
    )
    given_on = day_field("On", "Today, unless another day is given.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= consent_fields()
        offer(self, "how", [*HOWS[:2], BY_LINK, *HOWS[2:]])

    def clean(self) -> dict[str, Any]:
        """What was agreed to."""
        given = self.cleaned_data
        medication = given.get("medication")
        agreed = {name: given[name] for name in PARTS if given.get(name) is not None}
        agreement = Agreement(**{"how": "", **agreed})
        if self.errors:
            tell(self, rules.unsaid(agreement))
        return {
            "medication_id": medication.pk if medication else None,
            "agreement": agreement,
            "given_on": given.get("given_on"),
        }


class AgreeForm(forms.Form):
    """What a client by link says beside the button; for one under 18 the guardian gives their name."""

    guardian_name = forms.CharField(
        label=_("Your own name, as parent or guardian"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your own name.")},
    )

    def __init__(self, *args: Any, is_minor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_minor:
            del self.fields["guardian_name"]


class RevokeForm(forms.Form):
    """Why a consent ends."""

    because = forms.CharField(label="What the client or guardian said", max_length=LONGEST)


def consent_on_paper(consent: MedicationConsent) -> dict[str, Any]:
    """The values of the sheet: what was discussed, how it was agreed to, lines to sign on."""
    discussed = [
        ("Target symptoms", consent.target_symptoms),
        ("Expected benefit", consent.benefit),
        ("Common and serious risks", consent.risks),
        ("Alternatives, no medication among them", consent.alternatives),
        ("Off label", "The use is not one of the label, and this was said." if consent.is_off_label else ""),
        ("Without consent, in an emergency", consent.because),
    ]
    who = f"guardian {consent.guardian_name}" if consent.guardian_name else "client"
    agreed = f"{consent.get_how_display()}, by the {who}, {day(consent.given_on)}."
    revoked = f"Revoked {day(consent.revoked_at)}: {consent.revoked_because}" if consent.revoked_at else ""
    return {
        "client": consent.client.name,
        "born": day(consent.client.birth_on),
        "medication": consent.medication.name,
        "given": day(consent.given_on),
        "paper": "us-letter",
        "clinic": {"name": settings.CLINIC_NAME, "phone": settings.CLINIC_PHONE, "hours": settings.CLINIC_HOURS},
        "parts": [{"title": title, "text": text} for title, text in discussed if text],
        "agreed": consent.get_how_display() + f", {day(consent.given_on)}." if consent.because else agreed,
        "recorded": _recorded(consent),
        "revoked": revoked,
        "needs_signature": consent.stands,
    }


def _recorded(consent: MedicationConsent) -> str:
    who, when = consent.recorded_by.title, instant(consent.recorded_at)
    if consent.how == How.LINK:
        return f"Discussed by {who}. Agreed to on the page by link, {when}, text {consent.text_version}."
    return f"Recorded by {who}, {when}."
