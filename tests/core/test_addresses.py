"""Links by key are those Django would give, and a piece that never changes is drawn once."""

import uuid

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse

from clinic.core.addresses import address
from clinic.core.templatetags.clinic_ui import unchanging

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
