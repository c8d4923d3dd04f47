from django.urls import path

from clinic.scales.views import packs, recording, symptoms

app_name = "scales"
urlpatterns = [
    path("packs/", packs.packs, name="packs"),
    path("packs/accept/", packs.accept_pack, name="accept_pack"),
    path("packs/<uuid:pack_id>/retire/", packs.retire_pack, name="retire_pack"),
    path("symptoms/<uuid:symptom_id>/end/", symptoms.end_symptom, name="end_symptom"),
    path("<uuid:client_id>/symptoms/", symptoms.symptoms, name="symptoms"),
    path("<uuid:client_id>/symptoms/rate/", symptoms.rate_symptoms, name="rate_symptoms"),
    path("<uuid:client_id>/", recording.record, name="record"),
]
