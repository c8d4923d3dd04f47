"""Links by key are those Django would give, and a piece that never changes is drawn once."""

import uuid
from unittest import mock

import pytest
from django.template import Context, Template, TemplateDoesNotExist
from django.urls import NoReverseMatch, reverse

from clinic.caseload.queries.day import DayVisit
from clinic.core.addresses import address
from clinic.core.templatetags import clinic_places
from clinic.core.templatetags.clinic_places import unchanging

KEY = uuid.UUID(int=7)


def drawn(text: str, **context: object) -> str:
    return Template(text).render(Context(context))


@pytest.mark.parametrize("view_name", ["caseload:chart", "risk:alert", "scheduling:appointment"])
def test_an_address_is_what_reverse_gives(view_name: str) -> None:
    for key in (KEY, uuid.uuid4()):
        assert address(view_name, key) == reverse(view_name, args=[key])
        assert drawn("{% url name key %}", name=view_name, key=key) == reverse(view_name, args=[key])


def test_a_page_that_does_not_exist_has_no_address() -> None:
    with pytest.raises(NoReverseMatch):
        address("caseload:nowhere", KEY)
    with pytest.raises(NoReverseMatch):
        drawn("{% url 'caseload:nowhere' key %}", key=KEY)
    assert drawn("{% url 'caseload:nowhere' key as found %}[{{ found }}]", key=KEY) == "[]"


def test_an_address_is_kept_by_name_and_others_go_djangos_way() -> None:
    assert drawn("{% url 'caseload:chart' key as found %}{{ found }}", key=KEY) == reverse("caseload:chart", args=[KEY])
    assert drawn("{% url 'caseload:chart' client_id=key %}", key=KEY) == reverse("caseload:chart", args=[KEY])
    assert drawn("{% url 'caseload:chart' key %}", key=f"{KEY}") == reverse("caseload:chart", args=[KEY])
    assert drawn("{% url 'caseload:home' %}") == reverse("caseload:home")


def test_a_piece_that_never_changes_is_drawn_once() -> None:
    assert unchanging("components/_head.html") is unchanging("components/_head.html")
    assert "htmx-config" in unchanging("components/_head.html")


def test_a_piece_of_one_key_is_drawn_for_that_key_and_those_permissions() -> None:
    piece = '{% unchanging_but "caseload/_chart_actions.html" key has_evaluation=has %}'
    keys = KEY, uuid.uuid4()
    first, second = (drawn(piece, key=key, has=True, can=frozenset({"visits.write"})) for key in keys)
    assert reverse("visits:start", args=[KEY]) in first
    assert second == first.replace(str(KEY), str(keys[1]))
    assert "/visits/" not in drawn(piece, key=KEY, has=True, can=frozenset())
    without = drawn(piece, key=KEY, has=False, can=frozenset({"visits.write", "evaluations.write"}))
    assert "Start an evaluation" in without
    assert "Start a visit" not in without


def day_visit(**changed: object) -> DayVisit:
    nothing = dict.fromkeys(DayVisit._fields, "")
    return DayVisit(**{**nothing, "signs": (), "marks": (), "appointment": KEY, "link": None, **changed})


def test_a_row_is_drawn_once_for_those_permissions_and_carries_each_requests_token() -> None:
    piece = '{% rows_once "caseload/_day_visit.html" rows %}'
    rows = [day_visit(who="Ada <B>", start="/visits/new/", begins="Start the visit"), day_visit(who="Grace")]
    can = frozenset({"visits.write"})
    first = drawn(piece, rows=rows, can=can, csrf_token="token one")
    assert first.count('value="token one"') == 1
    assert "Ada &lt;B&gt;" in first
    assert "Grace" in first
    with mock.patch("clinic.core.templatetags.clinic_places.get_template", side_effect=AssertionError("drawn anew")):
        assert drawn(piece, rows=rows, can=can, csrf_token="other") == first.replace("token one", "other")
    assert "Start the visit" not in drawn(piece, rows=rows, can=frozenset(), csrf_token="token one")
    changed = [rows[0]._replace(begins="Go on with the visit")]
    assert "Go on with the visit" in drawn(piece, rows=changed, can=can, csrf_token="token one")


def test_what_an_enquiry_says_is_never_taken_for_the_place_of_a_token() -> None:
    rows = [day_visit(told="token-of-the-request", start="/visits/new/")]
    piece = '{% rows_once "caseload/_day_visit.html" rows %}'
    page = drawn(piece, rows=rows, can=frozenset({"visits.write"}), csrf_token="token one")
    assert page.count("token one") == 1
    assert "token-of-the-request" in page
    assert len(clinic_places.ANY_TOKEN) > 40


def test_a_piece_is_looked_up_once_and_sees_what_it_is_given() -> None:
    page = Template(
        '{% include "components/empty.html" with title=first text="" %}{{ title }}|'
        '{% include piece with title="By name" text="" only %}'
        '{% include "components/empty.html" with title="Alone" text="" only %}'
    )
    for first in ("Nothing yet", "Nothing <more>"):
        text = page.render(Context({"first": first, "piece": "components/empty.html"}))
        assert "Nothing" in text.partition("|")[0]
        assert "<more>" not in text
        assert "By name" in text.partition("|")[2]
        assert "Alone" in text
    with pytest.raises(TemplateDoesNotExist):
        drawn('{% include "components/_nowhere.html" %}')
