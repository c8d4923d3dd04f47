"""Consent to a medication, asked for where its first dose is signed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from clinic.plans.forms import consent_fields
from clinic.plans.rules import PARTS, Agreement

PREFIX = "consent_"


class ConsentPart(forms.Form):
    """The fields of a consent among those of a dose plan; none where one stands."""

    def ask_consent(self, known: Mapping[str, Any] | None) -> None:
        """Ask how the client consented and what was discussed, filled in as known; None asks nothing."""
        self.consent_known = known
        if known is not None:
            for name, field in consent_fields().items():
                self.fields[f"{PREFIX}{name}"] = field
                self.initial.setdefault(f"{PREFIX}{name}", known.get(name, field.initial))

    def consent_how(self) -> BoundField:
        """How it was given."""
        return self[f"{PREFIX}how"]

    def consent_details(self) -> list[BoundField]:
        """What was discussed and who agreed."""
        return [self[f"{PREFIX}{name}"] for name in PARTS if name != "how"]

    def agreement(self) -> Agreement | None:
        """What was agreed to; None where nobody said how, or where one stands."""
        given = {name: self.cleaned_data.get(f"{PREFIX}{name}") for name in PARTS}
        if self.consent_known is None or not given["how"]:
            return None
        return Agreement(**{name: value for name, value in given.items() if value is not None})
