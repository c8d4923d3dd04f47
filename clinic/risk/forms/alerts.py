"""The forms of an alert's beginning and end."""

from django import forms

from clinic.core.forms import LongText
from clinic.risk.models import Disposition, RiskKind

# What a clinician may see; a client asks for help by their link alone.
SEEN_BY_CLINICIANS = [
    *((kind, kind.label) for kind in RiskKind if kind not in {RiskKind.WANTS_HELP_NOW, RiskKind.CLINICIAN}),
    (RiskKind.CLINICIAN, "Another danger"),
]


class RaiseAlertForm(forms.Form):
    kind = forms.ChoiceField(
        label="What is the danger",
        choices=SEEN_BY_CLINICIANS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the danger is."},
    )
    reason = LongText(
        label="What was seen or said",
        help_text="In a sentence or two: it stands at the head of the alert.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what was seen or said."},
    )
    done_so_far = LongText(
        label="What was done so far",
        help_text="Who was told, what was agreed, where the client is now. “Nothing yet” is an answer.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what was done so far, or that nothing was."},
    )


class CloseAlertForm(forms.Form):
    disposition = forms.ChoiceField(
        label="What came of it",
        choices=Disposition.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of it."},
    )
    what_was_done = LongText(
        label="What was done",
        help_text="Who was reached and when, what was agreed, who else knows.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write what was done: who was reached, what was agreed."},
    )
