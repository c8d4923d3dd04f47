"""Finding the client somebody means while they type. What is typed is filled into a statement built once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import count
from operator import add, and_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramStrictWordSimilarity, TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.functions import Cast
from django.db.models.lookups import IsNull, PostgresOperatorLookup

from clinic.clients.models import Client, WordsOf
from clinic.clients.queries.charts import Among
from clinic.clients.queries.people import LISTED
from clinic.clients.rules import Wanted, slips_of, wanted_from
from clinic.core.queries import Text, prepared
from clinic.staff.models import User

RESULTS = 12
SEARCHED = F("search_text")


class Like(PostgresOperatorLookup):
    """SQL's own LIKE, for parts of words and of numbers."""

    lookup_name = "like"
    postgres_operator = "LIKE"


class HasAny(PostgresOperatorLookup):
    """An array with at least one of the words of another."""

    lookup_name = "has_any"
    postgres_operator = "&&"


@dataclass(frozen=True, slots=True)
class Typed:
    """How many of each were typed: it decides what the statement looks like, and names nobody."""

    words: int
    digits: int
    short_words: int
    has_birth_dates: bool


def understood(text: str, *, today: date) -> tuple[Typed, Text] | None:
    """What `clients_found` is asked for what was typed; None where nothing in it can be looked for."""
    wanted = wanted_from(text, today=today)
    if not wanted:
        return None
    typed = Typed(len(wanted.words), len(wanted.digits), len(wanted.short_words), bool(wanted.birth_dates))
    return typed, Text("\n".join(_lines(wanted)))


def _lines(wanted: Wanted) -> list[str]:
    """What was typed, a line for each part of it in the order in which the statement takes them."""
    is_alone = not (wanted.words or wanted.digits or wanted.birth_dates)
    lines = []
    for word in wanted.words:
        lines += [word, "|".join(slips_of(word))]
    lines += [f"%{digits}%" for digits in wanted.digits]
    for word in wanted.short_words:
        lines += [f"% {word} %", f"% {word} %" if is_alone else f"% {word}%"]
    return [*lines, "|".join(day.isoformat() for day in wanted.birth_dates)]


@prepared
def clients_found(user: User, typed: Typed, lines: Text) -> QuerySet[Client, Any]:
    """The 12 clients that fit best, of those the user may see: the values of `LISTED`, and whether the chart is open.

    Accents, order, nicknames and one slip a word are forgiven; birth dates in several spellings and parts of
    phone numbers find too. Words of one or two letters alone must be whole names.
    """
    place = count(1)
    words = [(_line(lines, next(place)), _parts(lines, next(place))) for _ in range(typed.words)]
    digits = [_line(lines, next(place)) for _ in range(typed.digits)]
    short_words = [(_line(lines, next(place)), _line(lines, next(place))) for _ in range(typed.short_words)]
    birth_dates = _parts(lines, next(place), "date")
    fits = [Q(search_text__trigram_word_similar=word) | Q(HasAny(WordsOf(SEARCHED), slips)) for word, slips in words]
    fits += [Q(Like(SEARCHED, run)) for run in digits]
    fits += [Q(Like(SEARCHED, begun)) for _, begun in short_words]
    if typed.has_birth_dates:
        fits.append(Q(Among(F("birth_on"), birth_dates)))
    found = Client.objects.visible_to(user).filter(reduce(and_, fits))
    closeness = _closeness([word for word, _ in words], [whole for whole, _ in short_words])
    best = found.order_by(closeness.desc(), "family_name", "given_names", "id")
    # As a value, not as an EXISTS: that would read every chart that is open to somebody to answer for a dozen.
    open_chart = Client.objects.charts_open_to(user).filter(pk=OuterRef("pk")).values("pk")[:1]
    return best.values_list(*LISTED, IsNull(Subquery(open_chart), False))[:RESULTS]


def _closeness(words: Sequence[Any], short_words: Sequence[Any]) -> Any:
    """Whole words above parts of words above slips."""
    parts: list[Combinable] = [Cast(Value(0.0), FloatField())]
    for word in words:
        parts += [TrigramStrictWordSimilarity(word, "search_text"), TrigramWordSimilarity(word, "search_text")]
    parts += [
        Case(When(Like(SEARCHED, whole), then=1.0), default=0.0, output_field=FloatField()) for whole in short_words
    ]
    return ExpressionWrapper(reduce(add, parts), FloatField())


def _line(lines: Text, place: int) -> Any:
    return Func(Value(lines), template=f"split_part(%(expressions)s, E'\\n', {place})", output_field=TextField())


def _parts(lines: Text, place: int, kind: str = "text") -> Any:
    template = f"string_to_array(%(expressions)s, '|')::{kind}[]"
    return Func(_line(lines, place), template=template, output_field=ArrayField(TextField()))
