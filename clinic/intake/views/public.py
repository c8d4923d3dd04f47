"""The page anybody may send. It says the same to everyone: nobody learns from it who is a client."""

from functools import partial

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.core.clock import local_day
from clinic.core.forms import submit
from clinic.core.views import too_many_requests
from clinic.intake import services
from clinic.intake.forms import EnquiryForm, GuardForm, new_page
from clinic.intake.services import limits


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def enquire(request: HttpRequest) -> HttpResponse:
    """Write to the clinic for the first time."""
    now = timezone.now()
    sent = request.POST if request.method == "POST" else None
    if sent is not None and limits.is_too_often(get_adapter(request).get_client_ip(request)):
        return too_many_requests(request)
    guard = GuardForm(sent, now=now, initial={"shown": new_page(now)})
    form = EnquiryForm(sent, today=local_day(now))
    if sent is not None and guard.is_valid():
        receive = partial(services.receive_enquiry, nonce=guard.nonce, now=now)
        if submit(form, receive):
            return redirect("intake:enquiry_received")
    page = {"form": form, "guard": guard}
    return render(request, "intake/enquire.html", page, status=422 if form.errors or guard.errors else 200)


@login_not_required
@require_safe
def enquiry_received(request: HttpRequest) -> HttpResponse:
    """What happens next; the same words for everybody."""
    return render(request, "intake/enquiry_received.html")
