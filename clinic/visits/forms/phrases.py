"""Forms of what a prescriber keeps to write again: phrases and note templates."""

from typing import Any

from django import forms

from clinic.core.forms import LongText
from clinic.visits.rules.copied import LONGEST_PHRASE_NAME, PARTS

SHARED = "Other prescribers may use it too"


class PhraseForm(forms.Form):
    """A phrase of one's own."""

    name = forms.CharField(
        label="Short name", max_length=LONGEST_PHRASE_NAME, help_text="Type it in a visit and the text comes in."
    )
    text = LongText(label="Text", widget=forms.Textarea(attrs={"rows": 4}))
    is_shared = forms.BooleanField(label=SHARED, required=False)


class NoteTemplateForm(forms.Form):
    """A note template of one's own: a text for each part of the note that it is for."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)
    name = forms.CharField(
        label="Short name",
        max_length=LONGEST_PHRASE_NAME,
        help_text="Such as “Stable, routine check”. Choose it in a visit and the texts come in.",
    )
    subjective = LongText(label=PARTS["subjective"], required=False, widget=forms.Textarea(attrs={"rows": 4}))
    assessment = LongText(label=PARTS["assessment"], required=False, widget=forms.Textarea(attrs={"rows": 4}))
    next_steps = LongText(label=PARTS["next_steps"], required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_shared = forms.BooleanField(label=SHARED, required=False)

    def clean(self) -> dict[str, Any]:
        """The texts by part, as the deed wants them."""
        cleaned = self.cleaned_data
        return {name: cleaned[name] for name in cleaned if name not in PARTS} | {
            "texts": {part: cleaned.get(part, "") for part in PARTS}
        }
