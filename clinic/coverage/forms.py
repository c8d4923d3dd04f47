"""Forms of coverage."""

from typing import Any
from uuid import UUID

from django import forms

from clinic.core.forms import WITHIN_REACH
from clinic.coverage.models import Coverage, EligibilityCheck, PriorAuthorization
from clinic.formulary.models import Medication


def _choices(model: Any, field: str) -> Any:
    return model._meta.get_field(field).choices


def _day(label: str, *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=required, validators=WITHIN_REACH, widget=widget)


class RowForm(forms.Form):
    """A form of which the page shows one for each row: its fields' ids carry the row's key."""

    def __init__(self, *args: Any, row: UUID, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"%s-{row}-{type(self).__name__.lower()}"
        super().__init__(*args, **kwargs)
        self.row = row


class CoverForm(RowForm):
    """Insurance as it stands on the card."""

    payer = forms.CharField(max_length=150)
    plan_name = forms.CharField(max_length=150, required=False)
    plan_type = forms.ChoiceField(choices=_choices(Coverage, "plan_type"), label="Kind")
    member_id = forms.CharField(max_length=60, required=False, label="Member ID")
    group_number = forms.CharField(max_length=60, required=False)
    rx_bin = forms.CharField(max_length=20, required=False, label="RxBIN")
    rx_pcn = forms.CharField(max_length=20, required=False, label="RxPCN")
    rx_group = forms.CharField(max_length=20, required=False, label="RxGrp")
    subscriber_name = forms.CharField(max_length=200, required=False, label="Subscriber, if another person")
    subscriber_relationship = forms.CharField(max_length=40, required=False, label="Relationship to the client")
    rank = forms.TypedChoiceField(choices=[(1, "Primary"), (2, "Secondary")], coerce=int, label="Order")
    began_on = _day("Holds from")
    ended_on = _day("Until")


class EndCoverForm(RowForm):
    ended_on = _day("Last day", required=True)


class EligibilityForm(RowForm):
    """What the payer said."""

    method = forms.ChoiceField(choices=_choices(EligibilityCheck, "method"), label="Asked by")
    result = forms.ChoiceField(choices=_choices(EligibilityCheck, "result"))
    reference = forms.CharField(max_length=80, required=False, label="Reference or name of who answered")
    note = forms.CharField(max_length=300, required=False)


class NeedAuthorizationForm(RowForm):
    medication = forms.ModelChoiceField(queryset=Medication.objects.none(), empty_label="Choose")
    note = forms.CharField(max_length=500, required=False, label="What the payer asks for")

    def __init__(self, *args: Any, medications: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["medication"].queryset = medications  # type: ignore[attr-defined]


class AuthorizationForm(RowForm):
    """Where a prior authorization stands."""

    status = forms.ChoiceField(choices=_choices(PriorAuthorization, "status"))
    reference = forms.CharField(max_length=80, required=False)
    expires_on = _day("Approved until")
    note = forms.CharField(max_length=500, required=False)
