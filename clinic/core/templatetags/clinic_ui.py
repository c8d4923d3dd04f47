"""The pieces every page is drawn with; docs/components.md shows each in use. Loaded in every template."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from html import escape
from typing import Any, NamedTuple, Protocol

import phonenumbers
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_form
from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BaseForm
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.utils import flatatt
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clinic.core.clock import last_day, local, local_day

register = template.Library()
register.filter("crispy", as_crispy_form)

NO_BREAK = "\N{NO-BREAK SPACE}"
HOME_COUNTRY_CODE = 1

# tier: (icon, the word that says it without colour)
TIERS = {
    "stop": ("alert-octagon", "Stop"),
    "warn": ("alert-triangle", "Caution"),
    "note": ("info-circle", "Note"),
    "good": ("circle-check", "Done"),
}
# Written out: the clock's own names of them take longer than the rest of a row.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TONES = {"stop", "warn", "note", "good", "quiet"}
MESSAGE_TIERS = {"error": "stop", "warning": "warn", "success": "good"}


class HasPronouns(Protocol):
    """Anybody who is called by a name and may have pronouns."""

    @property
    def pronouns(self) -> str: ...


@register.simple_tag
@cache
def icon(name: str, label: str = "") -> SafeString:
    """Draw one icon of the sprite; without a label it is decoration and hidden from screen readers."""
    sprite = static("vendor/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, sprite, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


@register.simple_tag
@lru_cache(maxsize=512, typed=True)  # typed: words that are safe as they stand are equal to the same unsafe ones
def badge(text: object, tone: str = "quiet", icon_name: str = "") -> SafeString:
    """Show a status as words in a tone (stop, warn, note, good, quiet), with an icon if one is named."""
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"'{tone}' is no tone: use one of {', '.join(sorted(TONES))}.")
    drawing = icon(icon_name) if icon_name else ""
    return format_html('<span class="badge tone-{}">{}{}</span>', tone, drawing, text)


@register.simple_tag
def badges(rows: Iterable[tuple[str, str, str]]) -> SafeString:
    """Show several statuses, each as words, tone and icon."""
    return SafeString("".join(badge(*row) for row in rows))


@register.simple_block_tag
def alert(content: str, tier: str, title: str = "") -> SafeString:
    """Show a notice of one tier (stop, warn, note, good); only `stop` interrupts a screen reader."""
    if tier not in TIERS:
        raise template.TemplateSyntaxError(f"'{tier}' is no tier: use one of {', '.join(TIERS)}.")
    icon_name, word = TIERS[tier]
    return format_html(
        '<div class="notice tone-{}"{}>{}<div><p class="notice-title"><strong>{}</strong>{}</p>{}</div></div>',
        tier,
        SafeString(' role="alert"') if tier == "stop" else "",
        icon(icon_name),
        gettext(word),
        f": {title}" if title else "",
        content,
    )


@register.simple_tag
def message_notice(message: Message) -> SafeString:
    """One message of the last deed as a notice of its tier."""
    return alert("", MESSAGE_TIERS.get(message.level_tag, "note"), str(message))


@register.filter
def amount(value: Decimal | int | None, unit: str) -> str:
    """Write an amount with its unit: leading but no trailing zeros, commas from 1,000 (ISMP safe style)."""
    if value is None:
        return ""
    return f"{Decimal(value).normalize():,f}{NO_BREAK}{unit}"


@register.filter
def mg(value: Decimal | int | None) -> str:
    """Write a dose in milligrams."""
    return amount(value, "mg")


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day, `Mar 4, 2026`; an instant is taken as its day in the clinic's zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = local_day(value)
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year}"


@register.filter
def weekday(value: date | datetime | None) -> str:
    """Write a day with the day of the week, `Wed, Mar 4, 2026`."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = local_day(value)
    return f"{WEEKDAYS[value.weekday()]}, {day(value)}"


@register.filter
@lru_cache(maxsize=1024)
def phone(value: str | None) -> str:
    """Write a phone number as people of its country do, `(801) 555-0100`; one from abroad with its country code."""
    try:
        number = phonenumbers.parse(value or "")
    except phonenumbers.NumberParseException:
        return value or ""
    is_home = number.country_code == HOME_COUNTRY_CODE
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, style))


@register.filter
def clock(value: datetime | time | None) -> str:
    """Write the time of an instant in the clinic's zone, or a time of the clinic's day as it stands, `2:05 pm`."""
    if value is None:
        return ""
    shown = local(value) if isinstance(value, datetime) else value
    return f"{shown.hour % 12 or 12}:{shown.minute:02}{NO_BREAK}{'am' if shown.hour < 12 else 'pm'}"


@register.filter
def instant(value: datetime | None) -> str:
    """Write an instant in the clinic's zone, `Mar 4, 2026, 2:05 pm`."""
    return f"{day(value)}, {clock(value)}" if value else ""


@register.filter
def deadline(value: datetime) -> str:
    """Write until when something is to be done: `Wed, Mar 4, 2026, 2:05 pm`; midnight ends the day before it."""
    last = last_day(value)
    return weekday(value) + f", {clock(value)}" if last == local_day(value) else weekday(last)


@register.filter
def wall_clock(value: datetime) -> str:
    """Write an instant in the clinic's zone as scripts read it, `2026-03-04T14:05:00`."""
    return local(value).replace(tzinfo=None).isoformat(timespec="seconds")


@register.filter
def age(born_on: date | None) -> str:
    """Write the age in whole years today, in the clinic's zone, `35 years old`."""
    if born_on is None:
        return ""
    today = local_day(timezone.now())
    years = today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    return f"{years} {'year' if years == 1 else 'years'} old"


@register.filter
def person(value: HasPronouns | None) -> str:
    """Write somebody's name with the pronouns they use, `Ada Okafor (she/her)`."""
    if value is None:
        return ""
    pronouns = getattr(value, "pronouns", "")
    return f"{value} ({pronouns})" if pronouns else str(value)


@register.filter
def not_about(rows: Iterable[Any], client: object) -> list[Any]:
    """Of rows that each name a client, those about others; all of them where no client is given."""
    return [row for row in rows if not client or row.client != client]


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """A list of facts, each set with `fact`."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_tag
def fact(label: str, value: object, absent: str = "Not recorded") -> SafeString:
    """One fact of a list; an empty value is said in words."""
    if value is None or value == "":
        return format_html('<dt>{}</dt><dd class="absent">{}</dd>', label, absent)
    return format_html("<dt>{}</dt><dd>{}</dd>", label, value)


@register.inclusion_tag("components/empty.html")
@register.inclusion_tag("components/empty.html", name="empty")
def empty_state(
    title: str, text: str = "", icon_name: str = "inbox", url: str = "", action: str = ""
) -> dict[str, str]:
    """Say that there is nothing here and what to do next."""
    return {"title": title, "text": text, "icon_name": icon_name, "url": url, "action": action}


@register.inclusion_tag("components/pages.html", takes_context=True)
def pages(context: Context, older: str = "", newer: str = "", back: str = "Newer", on: str = "Older") -> dict[str, Any]:
    """Link to the rows before and after these: `older` and `newer` are row keys, empty for none.

    `back` and `on` are the words of the links, for a list that is in another order than that of time.
    """
    return {"request": context.get("request"), "older": older, "newer": newer, "back": back, "on": on}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """Sum up what stops a form and the rows that belong to it, each line linked to its field."""
    rows = [row for formset in getattr(form, "rows", {}).values() for row in formset]
    fields = [part[name] for part in (form, *rows) for name in part.errors if name in part.fields]
    return {"form": form, "wrong_fields": fields}


@register.simple_tag
def field(bound: BoundField, label: str = "") -> str:
    """Draw one form field with label, hint and error tied to it."""
    if label:
        bound.label = label
    drawn = {"field": bound, "form_show_errors": True, "form_show_labels": True}
    return get_template("bootstrap5/field.html").render(drawn)


@register.simple_tag
def choice_input(choice: BoundWidget) -> SafeString:
    """One radio button or checkbox of a field, without a label; by itself each would be a template drawn anew."""
    drawn = choice.data
    return format_html(
        "<input{}>",
        flatatt({"type": drawn["type"], "name": drawn["name"], "value": str(drawn["value"]), **drawn["attrs"]}),
    )


@register.inclusion_tag("components/conflict.html")
def conflict(form: BaseForm) -> dict[str, Any]:
    """After a stale save: what was typed here beside what now stands, for each field that differs."""
    stale = getattr(form, "conflict", None)
    theirs: Mapping[str, str] = stale.theirs if stale else {}
    rows = [
        {
            "label": form[name].label,
            "id": form[name].auto_id,
            "yours": _typed(form[name]),
            "theirs": _in_words(form[name], text),
        }
        for name, text in theirs.items()
        if name in form.fields and _typed(form[name]) != _in_words(form[name], text)
    ]
    return {"stale": stale, "rows": rows}


def _typed(bound: BoundField) -> str:
    """What stands in a field, as text; of a box whether it is ticked."""
    value = bound.value()
    return ("Yes" if value else "No") if isinstance(value, bool) else _in_words(bound, value or "")


def _in_words(bound: BoundField, value: object) -> str:
    """A value of a field as its page shows it: what is chosen by its label."""
    labels = {str(code): str(label) for code, label in getattr(bound.field, "choices", ())}
    parts = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(str(part), str(part)) for part in parts)


@register.inclusion_tag("components/autosave.html")
def autosave(saved_at: datetime | None = None) -> dict[str, datetime | None]:
    """The line in a form that says when its text was last saved."""
    return {"saved_at": saved_at}


@register.simple_tag
def named_lines(rows: Iterable[tuple[str, str, str]], absent: str) -> SafeString:
    """Lines of a list: a name, what is said of it, what stands in small print; in words where there is none."""
    drawn = "".join(
        f"<li>{f'<strong>{escape(name)}</strong> ' if name else ''}{escape(words)} <small>{escape(small)}</small></li>"
        for name, words, small in rows
    )
    return SafeString(drawn) if drawn else _absent_line(absent)


class DatedLine(NamedTuple):
    """A line of a list: a day, what happened, somebody's own words, small print; a link and a sign before them."""

    when: str
    words: str = ""
    quote: str = ""
    small: str = ""
    name: str = ""
    address: str = ""
    sign: tuple[str, str, str] | None = None


@register.simple_tag
def dated_lines(rows: Iterable[DatedLine], absent: str, walked: bool = False) -> SafeString:
    """Lines of a list by day; in words where there is none. Those `walked` are gone through by keys."""
    item = "<li data-row>" if walked else "<li>"
    return SafeString("".join(f"{item}{_dated_line(row)}</li>" for row in rows)) or _absent_line(absent)


def _dated_line(row: DatedLine) -> str:
    sign = badge(*row.sign) if row.sign else ""
    link = f' <a href="{row.address}">{escape(row.name)}</a>' if row.name else ""
    quote = f" <q>{escape(row.quote)}</q>" if row.quote else ""
    small = f" <small>{escape(row.small)}</small>" if row.small else ""
    return f'<span class="when">{escape(row.when)}</span> {sign}{link} {escape(row.words)}{quote}{small}'


def _absent_line(words: str) -> SafeString:
    return format_html('<li class="absent">{}</li>', words)
