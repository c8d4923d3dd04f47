"""What is said on the pages over many apps."""

from django import forms

from clinic.titration.models import WHY_ENDED


class TrialEndForm(forms.Form):
    """Why a medication ended, by its code."""

    why = forms.ChoiceField(
        label="Why it ended",
        choices=WHY_ENDED,
        error_messages={"required": "Choose why it ended.", "invalid_choice": "Choose why it ended."},
    )
