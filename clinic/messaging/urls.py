from django.urls import path

from clinic.messaging import views

app_name = "messaging"
urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
    path("undelivered/", views.undelivered, name="undelivered"),
    path("<uuid:reminder_id>/resend/", views.resend, name="resend"),
    path("queue/", views.operations, name="operations"),
    path("queue/release/", views.release, name="release"),
    path("queue/pause/", views.pause, name="pause"),
    path("queue/resume/", views.resume, name="resume"),
    path("texts/", views.texts, name="texts"),
    path("texts/shipped/", views.approve_shipped, name="approve_shipped"),
    path("texts/<uuid:text_id>/approve/", views.approve, name="approve"),
    path("consents/<uuid:client_id>/", views.consents, name="consents"),
]
