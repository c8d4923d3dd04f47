"""The product's addresses and, for comparison, pages that do nothing but what every page must."""

from unittest.mock import patch
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import include, path
from django.utils import timezone

from clinic.caseload.views import chart
from clinic.coordination.models import Observation


def bare(request: HttpRequest, name: str) -> HttpResponse:
    """The finished page as a static template: server, middleware, session and user, no other work."""
    return render(request, f"bare_{name}.html")


def first_chart(request: HttpRequest, client_id: UUID) -> HttpResponseBase:
    """A chart that nobody has opened here before: its record is not drawn yet."""
    with patch.object(chart, "drawn_chart", chart.drawn_chart.__wrapped__):
        return chart.chart(request, client_id)


def bare_insert(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """One row with the same text, committed to disk, and a word of thanks."""
    row = Observation.objects.create(
        client_id=client_id, text=request.POST["subjective"], by=request.user, at=timezone.now()
    )
    return JsonResponse({"saved_at": row.at.isoformat()})


urlpatterns = [
    path("bare/insert/<uuid:client_id>/", bare_insert),
    path("first/<uuid:client_id>/", first_chart),
    path("bare/<slug:name>/", bare),
    path("", include("medmgmt.urls")),
]
