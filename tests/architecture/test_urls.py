"""Default deny: every address names a permission or stands in the public list."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, include, path
from django.urls.resolvers import RegexPattern

from clinic.staff.access import PUBLIC_VIEWS, SIGN_IN_VIEWS, requires
from clinic.staff.permissions import Permission
from tests.architecture.walls import addresses, unguarded


def open_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@requires(Permission.READ_CHART)
def guarded_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def house(*patterns: URLPattern | URLResolver) -> URLResolver:
    return URLResolver(RegexPattern(r"^/"), list(patterns))


def test_every_view_has_a_permission_or_is_public() -> None:
    assert unguarded(get_resolver(), PUBLIC_VIEWS | SIGN_IN_VIEWS) == []


def test_the_walk_finds_the_pages() -> None:
    assert len(list(addresses(get_resolver()))) > 20


@pytest.mark.parametrize("name", sorted(PUBLIC_VIEWS | SIGN_IN_VIEWS))
def test_a_public_view_exists(name: str) -> None:
    assert name in {found for found, _ in addresses(get_resolver())}


def test_a_view_without_a_permission_is_caught() -> None:
    inner = include(([path("chart", open_view, name="chart")], "plans"))
    assert unguarded(house(path("plans/", inner)), set()) == ["plans:chart"]


def test_a_view_without_a_name_is_caught() -> None:
    assert unguarded(house(path("chart", open_view)), set()) == ["chart"]


def test_a_guarded_and_a_listed_view_pass() -> None:
    pages = house(path("chart", guarded_view, name="chart"), path("enquire", open_view, name="enquire"))
    assert unguarded(pages, {"enquire"}) == []
