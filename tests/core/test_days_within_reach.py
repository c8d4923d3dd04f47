"""Every day that somebody may type lies within years that pages can count on from."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

import clinic
from clinic.core.forms import WITHIN_REACH

# Judged by a rule, with a sentence of its own: a birth date, a consent before it. Or typed by a machine.
JUDGED_OTHERWISE = {"birth_on", "given_on", "ReportForm.at"}


def form_classes() -> Iterator[type[forms.BaseForm]]:
    names = [module.name for module in pkgutil.walk_packages(clinic.__path__, "clinic.")]
    for name in (name for name in names if "forms" in name.split(".")):
        for found in vars(importlib.import_module(name)).values():
            if isinstance(found, type) and issubclass(found, forms.BaseForm):
                yield found


def without_reach(form: type[forms.BaseForm]) -> list[str]:
    """The days of a form that take the year 999 or 9999."""
    far: dict[type[forms.Field], tuple[Any, Any]] = {
        forms.DateField: (date(999, 1, 1), date(9999, 12, 31)),
        forms.DateTimeField: (datetime(999, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)),
    }
    found = []
    for name, field in getattr(form, "base_fields", {}).items():
        for day in next((days for kind, days in far.items() if isinstance(field, kind)), ()):
            try:
                field.run_validators(day)
            except ValidationError:
                continue
            found.append(f"{form.__name__}.{name}")
    return found


def test_no_form_takes_a_day_out_of_reach() -> None:
    classes = set(form_classes())
    taken = {one for form in classes for one in without_reach(form)}
    assert {one for one in taken if one not in JUDGED_OTHERWISE and one.split(".")[1] not in JUDGED_OTHERWISE} == set()
    assert len(classes) > 80


class Planted(forms.Form):
    day = forms.DateField()
    at = forms.DateTimeField()
    near = forms.DateField(validators=WITHIN_REACH)


def test_a_planted_day_would_be_found() -> None:
    assert set(without_reach(Planted)) == {"Planted.day", "Planted.at"}


def test_the_refusal_says_what_to_look_at() -> None:
    form = Planted({"day": "2026-01-01", "at": "2026-01-01 10:00", "near": "0226-01-01"})
    assert form.errors == {"near": ["Check the year: it must lie between 1900 and 2199."]}


@pytest.mark.parametrize("year", [1900, 2199])
def test_the_first_and_the_last_year_are_taken(year: int) -> None:
    assert Planted({"day": "2026-01-01", "at": "2026-01-01 10:00", "near": f"{year}-01-01"}).is_valid()
