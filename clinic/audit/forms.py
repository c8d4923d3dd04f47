"""What an auditor looks for."""

from operator import itemgetter
from typing import Any

from django import forms

from clinic.audit import queries
from clinic.audit.queries import Filters
from clinic.audit.rules import deed_words
from clinic.core.forms import WITHIN_REACH, offer
from clinic.staff.models import User


class DayInput(forms.DateInput):
    input_type = "date"


class SearchForm(forms.Form):
    """Filters of the audit. Ids and codes only: they stand in the address."""

    who: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        queryset=None, required=False, label="Who", empty_label="Everybody"
    )
    action = forms.ChoiceField(required=False, label="Action")
    client = forms.UUIDField(required=False, label="Client number", help_text="As in the address of the client's page.")
    since = forms.DateField(required=False, label="From", validators=WITHIN_REACH, widget=DayInput())
    until = forms.DateField(required=False, label="To", validators=WITHIN_REACH, widget=DayInput())
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].queryset = queries.people()  # type: ignore[attr-defined]
        kinds = sorted([(action, deed_words(action)) for action in queries.actions()], key=itemgetter(1))
        offer(self, "action", [("", "Every action"), *kinds])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            self.add_error("until", "This day is before the first one.")
        return values

    def filters(self) -> Filters:
        """The valid form's filters."""
        values = self.cleaned_data
        return Filters(
            who=values["who"].pk if values["who"] else None,
            client=values["client"],
            action=values["action"],
            since=values["since"],
            until=values["until"],
        )
