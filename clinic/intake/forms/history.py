"""Lines of history as they are told. Every form may stay empty on a page where another one is sent."""

from typing import Any

from django import forms

from clinic.core.forms import WITHIN_REACH
from clinic.formulary.models import Medication
from clinic.intake import queries
from clinic.intake.models import Pregnancy, TrialResponse
from clinic.intake.models.history import WhyStopped

NAMES = {"list": "medication-names", "autocomplete": "off"}
DAY = {"type": "date"}


class NamedMedicationForm(forms.Form):
    """A name that is linked to the formulary where it is on it; any other text is kept as told."""

    name = forms.CharField(label="Medication", required=False, max_length=150, widget=forms.TextInput(attrs=NAMES))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["medication"] = self._medication(cleaned.get("name", ""))
        return cleaned

    @staticmethod
    def _medication(name: str) -> Medication | None:
        return queries.medication_named(name)


class TrialForm(NamedMedicationForm):
    """A medication tried before."""

    highest_mg = forms.DecimalField(
        label="Highest dose, mg a day", required=False, max_digits=9, decimal_places=3, min_value=0
    )
    weeks = forms.IntegerField(label="Weeks taken", required=False, min_value=1)
    response = forms.ChoiceField(
        label="How it went", required=False, choices=TrialResponse.choices, initial=TrialResponse.UNKNOWN
    )
    why_stopped = forms.ChoiceField(
        label="Why it ended", required=False, choices=WhyStopped.choices, initial=WhyStopped.UNKNOWN
    )
    detail = forms.CharField(label="Remarks, side effects", required=False, max_length=300)

    def clean_response(self) -> str:
        return self.cleaned_data["response"] or TrialResponse.UNKNOWN

    def clean_why_stopped(self) -> str:
        return self.cleaned_data["why_stopped"] or WhyStopped.UNKNOWN


class ReportedMedicationForm(NamedMedicationForm):
    """Something the client takes now, whoever prescribed it."""

    dose_text = forms.CharField(label="Dose, as told", required=False, max_length=200)
    prescribed_by = forms.CharField(label="Prescribed by", required=False, max_length=150)
    first_on = forms.DateField(
        label="Since",
        required=False,
        validators=WITHIN_REACH,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
    )


class AllergyForm(forms.Form):
    """An allergy, or the statement that none is known."""

    substance = forms.CharField(label="Substance", required=False, max_length=200, widget=forms.TextInput(attrs=NAMES))
    reaction = forms.CharField(label="Reaction", required=False, max_length=200)
    severity = forms.ChoiceField(
        label="Severity",
        required=False,
        choices=[("unknown", "Not known"), ("mild", "Mild"), ("moderate", "Moderate"), ("severe", "Severe")],
        initial="unknown",
    )
    is_none_known = forms.BooleanField(label="The client was asked and has no known allergies", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["severity"] = cleaned.get("severity") or "unknown"
        cleaned["medication"] = queries.medication_named(cleaned.get("substance", ""))
        return cleaned


class PregnancyForm(forms.Form):
    """Whether the client is pregnant, as told today."""

    status = forms.ChoiceField(
        label="Pregnant?",
        required=False,
        choices=[("", "Choose"), *Pregnancy.choices],
    )
    due_on = forms.DateField(
        label="Due date, if pregnant and known",
        required=False,
        validators=WITHIN_REACH,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
    )

    def clean_status(self) -> str:
        if not self.cleaned_data["status"]:
            raise forms.ValidationError("Choose an answer. “Asked, not known” is one.")
        return str(self.cleaned_data["status"])
