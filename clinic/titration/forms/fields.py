"""Amounts, days and numbers of days as every form of dose plans asks for them."""

from decimal import Decimal

from django import forms

from clinic.core.forms import WITHIN_REACH


def mg_field(label: str, help_text: str = "") -> forms.DecimalField:
    """An amount in mg."""
    return forms.DecimalField(
        label=f"{label} (mg)",
        help_text=help_text,
        required=False,
        min_value=Decimal("0"),
        max_digits=9,
        decimal_places=3,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )


def days_field(label: str, help_text: str = "", *, most: int = 366) -> forms.IntegerField:
    """A number of days."""
    return forms.IntegerField(label=label, help_text=help_text, required=False, min_value=1, max_value=most)


def day_field(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    """A day, picked from the browser's calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget, required=required, validators=WITHIN_REACH)
