"""What a prescriber keeps to write again: phrases and note templates."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from clinic.core.forms import submit
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission
from clinic.visits import queries, services
from clinic.visits.forms import NoteTemplateForm, PhraseForm


@requires(Permission.WRITE_VISIT)
def phrases(request: StaffRequest) -> HttpResponse:
    """One's own phrases and those that others share; write another."""
    form = PhraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and submit(form, partial(services.save_phrase, by=request.user)):
        messages.success(request, "Phrase saved.")
        return redirect("visits:phrases")
    return _page(request, form)


@requires(Permission.WRITE_VISIT)
def phrase(request: StaffRequest, phrase_id: UUID) -> HttpResponse:
    """Change one of one's own phrases."""
    found = queries.get_own_phrase(request.user, phrase_id)
    initial = {"name": found.name, "text": found.text, "is_shared": found.is_shared}
    form = PhraseForm(request.POST if request.method == "POST" else None, initial=initial)
    save = partial(services.save_phrase, phrase_id=found.pk, by=request.user)
    if request.method == "POST" and submit(form, save):
        messages.success(request, "Phrase saved.")
        return redirect("visits:phrases")
    return _page(request, form, changed=found)


@require_POST
@requires(Permission.WRITE_VISIT)
def delete_phrase(request: StaffRequest, phrase_id: UUID) -> HttpResponse:
    """Take one of one's own phrases away."""
    services.delete_phrase(phrase_id=queries.get_own_phrase(request.user, phrase_id).pk, by=request.user)
    messages.success(request, "Phrase taken away.")
    return redirect("visits:phrases")


def _page(request: StaffRequest, form: PhraseForm, **more: object) -> HttpResponse:
    kept = {
        "phrases": queries.phrases_of(request.user),
        "note_templates": queries.note_templates_of(request.user),
    }
    return render(request, "visits/phrases.html", {"form": form, **kept, **more}, status=422 if form.errors else 200)


@requires(Permission.WRITE_VISIT)
def new_note_template(request: StaffRequest) -> HttpResponse:
    """Write a note template."""
    form = NoteTemplateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and submit(form, partial(services.save_note_template, by=request.user)):
        return _template_saved(request)
    return _template_page(request, form)


@requires(Permission.WRITE_VISIT)
def note_template(request: StaffRequest, note_template_id: UUID) -> HttpResponse:
    """Change one of one's own note templates."""
    found = queries.get_own_note_template(request.user, note_template_id)
    initial = {"name": found.name, "is_shared": found.is_shared, "version": found.version, **found.texts}
    form = NoteTemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    save = partial(services.save_note_template, note_template_id=found.pk, by=request.user)
    if request.method == "POST" and submit(form, save):
        return _template_saved(request)
    return _template_page(request, form, changed=found)


@require_POST
@requires(Permission.WRITE_VISIT)
def delete_note_template(request: StaffRequest, note_template_id: UUID) -> HttpResponse:
    """Take one of one's own note templates away."""
    services.delete_note_template(note_template_id=note_template_id, by=request.user)
    messages.success(request, "Note template taken away.")
    return redirect("visits:phrases")


def _template_saved(request: StaffRequest) -> HttpResponse:
    messages.success(request, "Note template saved.")
    return redirect("visits:phrases")


def _template_page(request: StaffRequest, form: NoteTemplateForm, **more: object) -> HttpResponse:
    status = 409 if hasattr(form, "conflict") else 422 if form.errors else 200
    return render(request, "visits/note_template.html", {"form": form, **more}, status=status)
