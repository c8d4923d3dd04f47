from django.urls import path

from clinic.checkins.views import asked, device, pages

app_name = "checkins"
urlpatterns = [
    path("a/<str:token>/", pages.answer, name="answer"),
    path("hand-over/<uuid:client_id>/", device.hand_over, name="hand_over"),
    path("protocols/", pages.protocols, name="protocols"),
    path("triage/", pages.triage_rules, name="triage_rules"),
    path("<uuid:checkin_id>/", asked.checkin, name="checkin"),
    path("answers/<uuid:answer_id>/", pages.review, name="review"),
    path("answers/<uuid:answer_id>/acknowledge/", pages.acknowledge, name="acknowledge"),
]
