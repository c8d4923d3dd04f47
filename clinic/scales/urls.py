from django.urls import path

from clinic.scales.views import packs, recording

app_name = "scales"
urlpatterns = [
    path("packs/", packs.packs, name="packs"),
    path("packs/accept/", packs.accept_pack, name="accept_pack"),
    path("packs/<uuid:pack_id>/retire/", packs.retire_pack, name="retire_pack"),
    path("<uuid:client_id>/", recording.record, name="record"),
]
