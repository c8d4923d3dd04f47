"""From a bound form to a deed and back."""

from collections.abc import Callable, Iterable, MutableMapping
from copy import copy
from datetime import UTC, date, datetime
from typing import Any, cast

from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BaseForm, CharField, ChoiceField, Select, Widget
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clinic.core.rules import RuleBroken, StaleRecord

# Rows and versions that a page counts: a longer number is no page's.
LONGEST_COUNT = 6
# Pages count on from a day and back: beyond these years the calendar of the machine has an end.
OUT_OF_REACH = "Check the year: it must lie between 1900 and 2199."
WITHIN_REACH = (
    MinValueValidator(date(1900, 1, 1), OUT_OF_REACH),
    MaxValueValidator(date(2199, 12, 31), OUT_OF_REACH),
)
MOMENT_WITHIN_REACH = (
    MinValueValidator(datetime(1900, 1, 1, tzinfo=UTC), OUT_OF_REACH),
    MaxValueValidator(datetime(2200, 1, 1, tzinfo=UTC), OUT_OF_REACH),
)


class LongText(CharField):
    """Text of more than a line. The browser is told no limit: it would cut what is pasted, and nobody would know."""

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class LongSelect(Select):
    """A choice among hundreds, drawn at once: by itself each of them would be a template of its own."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: object = None) -> SafeString:
        drawn = self.get_context(name, value, attrs)["widget"]
        offered = (option for _, group, _ in drawn["optgroups"] for option in group)
        options = format_html_join(
            "\n",
            "<option{}>{}</option>",
            ((flatatt({"value": str(one["value"]), **one["attrs"]}), one["label"]) for one in offered),
        )
        return format_html("<select{}>{}</select>", flatatt({"name": drawn["name"], **drawn["attrs"]}), options)


def offer(form: BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Let a choice field of a form offer these, as `choices` of the field would say them."""
    field = form.fields[name]
    if not isinstance(field, ChoiceField):
        raise TypeError(f"{name} offers no choices.")
    field.choices = list(choices)


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
    except RuleBroken as broken:
        tell(form, broken.each())
    return form.is_valid()


def tell(form: BaseForm, refusals: Iterable[RuleBroken]) -> None:
    """Each refusal beside its field, above the form where it has none; a field that is wrong already says so alone.

    A form calls it while it is cleaned, too: the deed of one that is wrong is not done, so what the deed would refuse
    is told beside that.
    """
    wrong = set(form.errors)
    for refusal in refusals:
        name = refusal.field if refusal.field in form.fields else None
        if name not in wrong:
            form.add_error(name, refusal.reason)


def rows_as_asked(data: QueryDict) -> QueryDict | None:
    """What was posted, with a row more or less as the pressed button asks; None when no such button was pressed.

    A button `add` names a formset by its prefix, a button `remove` one row of it, such as "goals-2".
    """
    if prefix := data.get("add", ""):
        return _with_total(data.copy(), prefix, form_count(data, prefix) + 1)
    prefix, _, place = data.get("remove", "").rpartition("-")
    if not prefix or not _is_count(place) or int(place) >= form_count(data, prefix):
        return None
    kept = QueryDict(mutable=True)
    for key in data:
        kept.setlist(_moved_up(key, prefix, int(place)), data.getlist(key))
    return _with_total(kept, prefix, form_count(data, prefix) - 1)


def _moved_up(key: str, prefix: str, place: int) -> str:
    """The name of a field after row `place` is gone; the fields of that row itself lose their name."""
    number, _, field = key.removeprefix(f"{prefix}-").partition("-")
    if not key.startswith(f"{prefix}-") or not _is_count(number) or int(number) < place:
        return key
    return f"{prefix}-{int(number) - 1}-{field}" if int(number) > place else f"removed-{field}"


def form_count(data: QueryDict, prefix: str) -> int:
    """How many rows of a formset were posted; 0 where that is no number a page would send."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    return int(total) if _is_count(total) else 0


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_COUNT


def _with_total(data: QueryDict, prefix: str, total: int) -> QueryDict:
    data[f"{prefix}-TOTAL_FORMS"] = str(total)
    data[f"{prefix}-INITIAL_FORMS"] = "0"
    return data
