from django.urls import path

from clinic.checkins import views

app_name = "checkins"
urlpatterns = [
    path("a/<str:token>/", views.answer, name="answer"),
    path("protocols/", views.protocols, name="protocols"),
    path("triage/", views.triage_rules, name="triage_rules"),
    path("answers/<uuid:answer_id>/", views.review, name="review"),
    path("answers/<uuid:answer_id>/acknowledge/", views.acknowledge, name="acknowledge"),
]
