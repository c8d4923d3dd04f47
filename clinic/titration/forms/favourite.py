"""The form that keeps a favourite."""

from typing import Any

from django import forms


class FavouriteForm(forms.Form):
    """Under which name a regimen is kept."""

    favourite_name = forms.CharField(label="Keep as a favourite named", max_length=100)

    def clean(self) -> dict[str, Any]:
        """The name as the service takes it."""
        return {"name": self.cleaned_data.get("favourite_name", "")}
