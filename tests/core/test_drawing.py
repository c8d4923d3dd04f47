"""A page's data goes when the page is drawn, not when the garbage collector comes by."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory


class Told:
    """Something that a page is drawn from."""

    name = "what was told"


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("request_of_page", [RequestFactory().get("/"), None])
def test_what_a_page_was_drawn_from_does_not_outlive_it(request_of_page: HttpRequest | None) -> None:
    told = Told()
    seen = weakref.ref(told)
    assert Told.name in render_to_string("404.html", {"clinic": told}, request_of_page)
    del told
    assert seen() is None
