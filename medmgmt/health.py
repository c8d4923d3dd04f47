"""What a load balancer, a supervisor and a monitor ask: does this process live, can it serve, does the queue move?"""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.messaging.queries import ChannelCounts, channel_counts, is_held

PROXIED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
HERE = {"127.0.0.1", "::1"}
# Number of a channel, and what it says.
GAUGES = {
    "planned": "Messages that wait for their time",
    "due": "Messages that should leave now",
    "claimed": "Messages that a sender holds",
    "unknown": "Messages of which nobody knows whether they arrived",
    "sent": "Messages that a gateway took over in the last 24 hours",
    "refused": "Messages that were refused for good in the last 24 hours",
    "given_up": "Messages that were given up in the last 24 hours",
    "late_s": "Seconds by which the oldest due message is late",
}
_migrated: set[str] = set()


@login_not_required
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Alive: answers without asking anything else."""
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: the database answers, and it has every migration of this release."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        is_migrated = _is_migrated()
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    if not is_migrated:
        return HttpResponse("the database lacks migrations\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


def _is_migrated() -> bool:
    """Asked until it is so: what is migrated stays so while this process lives."""
    if connection.alias not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(connection.alias)
    return True


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The queue in the text format of Prometheus, for whoever bears the token and for this machine; else 404."""
    if not _may_read(request):
        raise Http404
    lines = "\n".join(_lines(channel_counts(timezone.now()), is_held=is_held()))
    return HttpResponse(f"{lines}\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    """What came through a proxy is from anywhere, whatever machine the proxy stands on."""
    token, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    is_direct = not any(name in request.headers for name in PROXIED)
    return is_direct and request.META.get("REMOTE_ADDR") in HERE


def _lines(counts: list[ChannelCounts], *, is_held: bool) -> Iterator[str]:
    for name, words in GAUGES.items():
        metric = f"clinic_messages_{name.replace('late_s', 'late_seconds')}"
        yield f"# HELP {metric} {words}"
        yield f"# TYPE {metric} gauge"
        yield from (f'{metric}{{channel="{one.channel}"}} {getattr(one, name)}' for one in counts)
    yield "# HELP clinic_messages_paused Whether a person lets nothing leave by a channel"
    yield "# TYPE clinic_messages_paused gauge"
    yield from (f'clinic_messages_paused{{channel="{one.channel}"}} {int(one.pause is not None)}' for one in counts)
    yield "# HELP clinic_messages_held Whether a restored database waits to be released"
    yield "# TYPE clinic_messages_held gauge"
    yield f"clinic_messages_held {int(is_held)}"
