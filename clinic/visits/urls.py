from django.urls import path

from clinic.visits.views import drafts, phrases, signed

app_name = "visits"
urlpatterns = [
    path("start/<uuid:client_id>/", drafts.start, name="start"),
    path("phrases/", phrases.phrases, name="phrases"),
    path("phrases/<uuid:phrase_id>/", phrases.phrase, name="phrase"),
    path("phrases/<uuid:phrase_id>/delete/", phrases.delete_phrase, name="delete_phrase"),
    path("templates/new/", phrases.new_note_template, name="new_note_template"),
    path("templates/<uuid:note_template_id>/", phrases.note_template, name="note_template"),
    path("templates/<uuid:note_template_id>/delete/", phrases.delete_note_template, name="delete_note_template"),
    path("<uuid:visit_id>/", drafts.visit, name="visit"),
    path("<uuid:visit_id>/save/", drafts.save, name="save"),
    path("<uuid:visit_id>/preview/<uuid:dose_plan_id>/", drafts.preview, name="preview"),
    path("<uuid:visit_id>/sign/", drafts.sign, name="sign"),
    path("<uuid:visit_id>/cosign/", signed.cosign, name="cosign"),
    path("<uuid:visit_id>/next/", signed.book_next, name="book_next"),
    path("<uuid:visit_id>/print/", signed.print_visit, name="print_visit"),
    path("<uuid:visit_id>/add/", signed.add_addendum, name="add_addendum"),
]
