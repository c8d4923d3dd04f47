"""How a sheet is printed."""

from typing import Any

from django import forms

from clinic.handouts.rules.paper import Paper


class PrintForm(forms.Form):
    """Which paper, and whether in large print; Letter is the paper of the house."""

    paper = forms.ChoiceField(
        choices=[(Paper.LETTER.value, "Letter"), (Paper.A4.value, "A4")], required=False, label="Paper"
    )
    large = forms.BooleanField(required=False, label="Large print")

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        return {"paper": Paper(told.get("paper") or Paper.LETTER), "large": bool(told.get("large"))}
