"""From a bound form to a deed and back."""

from collections.abc import Callable, MutableMapping
from copy import copy
from typing import Any, cast

from django.forms import BaseForm

from clinic.core.rules import RuleBroken, StaleRecord


def submit(form: BaseForm, deed: Callable[..., object]) -> bool:
    """Do the deed with the form's cleaned values; a refused rule becomes an error beside its field.

    Answers whether the deed was done. A stale save also leaves `form.conflict` for the page to show both
    texts, and the form goes on from the version that now stands: saving again is a choice made knowingly.
    """
    if not form.is_valid():
        return False
    try:
        deed(**form.cleaned_data)
    except StaleRecord as stale:
        form.conflict = stale  # type: ignore[attr-defined]
        if "version" in form.fields:
            data = cast(MutableMapping[str, Any], copy(form.data))
            data[form.add_prefix("version")] = str(stale.version)
            form.data = data
        form.add_error(None, stale.reason)
    except RuleBroken as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, refusal.reason)
    return form.is_valid()
