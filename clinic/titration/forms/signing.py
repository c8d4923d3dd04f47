"""What every form that signs doses shares: the reasons for what says stop, and the promise to monitor."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from clinic.core.forms import tell
from clinic.core.rules import RuleBroken
from clinic.titration.forms.fields import day_field
from clinic.titration.models import SafetyOverride
from clinic.titration.queries import Before
from clinic.titration.rules import DosePlanResult
from clinic.titration.rules.signing import MONITORED, WILL_MONITOR, IsStop, Override, Promise

MEASURED = [("", "Choose"), *MONITORED.items()]
REASONS = [("", "Choose a reason"), *SafetyOverride._meta.get_field("reason_code").flatchoices]
Team = Sequence[tuple[str, str]]


def reason_fields(team: Team) -> dict[str, forms.Field]:
    """What is asked beside a finding that stops; the last three are for the promise to monitor."""
    return {
        "": forms.ChoiceField(label="Reason to sign all the same", choices=REASONS, required=False),
        "_words": forms.CharField(label="In words", max_length=300, required=False),
        "_monitors": forms.ChoiceField(label="What is measured", choices=MEASURED, required=False),
        "_by": day_field("By which day", required=False),
        "_owner": forms.ChoiceField(label="By whom", choices=[("", "Choose"), *team], required=False),
    }


class SigningForm(forms.Form):
    """What is signed with reasons for what says stop.

    After cleaning, `plan` is what the order makes and `before` what stands before its signature.
    """

    plan: DosePlanResult | None = None
    before: Before | None = None
    stops: Sequence[IsStop] = ()

    def __init__(
        self, data: QueryDict | None, *, team: Team, initial: dict[str, Any], prefix: str | None = None
    ) -> None:
        super().__init__(data, initial=initial, prefix=prefix)
        self.team = team

    def ask_reasons(self, before: Before) -> None:
        """Ask a reason for each kind of finding that stops, and read those that were given."""
        self.before = before
        self.ask_about(before.stops)

    def ask_about(self, stops: Sequence[IsStop]) -> None:
        """Ask a reason for each of these, one for all of the same key."""
        self.stops = list({stop.key: stop for stop in stops}.values())
        for stop in self.stops:
            for name, field in reason_fields(self.team).items():
                self._read(f"override_{stop.key}{name}", field)

    def reasons(self) -> list[tuple[str, list[BoundField]]]:
        """For the page: the sentence of each stop with the fields of its reason."""
        return [
            (stop.words, [self[f"override_{stop.key}{name}"] for name in reason_fields(self.team)])
            for stop in self.stops
        ]

    def overrides(self) -> list[Override]:
        """The reasons given, one for each kind of finding."""
        return [override for stop in self.stops if (override := self._override(stop.key)) is not None]

    def _override(self, key: str) -> Override | None:
        given = {name: self.cleaned_data.get(f"override_{key}{name}") for name in reason_fields(self.team)}
        if not given[""]:
            return None
        promise = None
        if given[""] == WILL_MONITOR and given["_monitors"] and given["_by"] and given["_owner"]:
            promise = Promise(given["_monitors"], given["_by"], UUID(given["_owner"]))
        return Override(key, given[""], given["_words"] or "", promise)

    def _read(self, name: str, field: forms.Field) -> None:
        """Add a field while cleaning, and clean what was typed into it."""
        self.fields[name] = field
        value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        try:
            self.cleaned_data[name] = field.clean(value)
        except forms.ValidationError as refusal:
            self.add_error(name, refusal)

    def needed(self, name: str) -> Any:
        """A cleaned value that this way of dosing cannot do without."""
        value = self.cleaned_data.get(name)
        if value in (None, "", []):
            raise RuleBroken("Needed here.", field=name)
        return value

    def refuse(self, refusal: RuleBroken) -> None:
        """Put a refusal beside the field it belongs to, whatever its path in the order."""
        name = (refusal.field or "").rpartition(".")[2].partition("[")[0]
        tell(self, [RuleBroken(refusal.reason, field=name)])
