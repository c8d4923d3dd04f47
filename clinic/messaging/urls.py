from django.urls import path

from clinic.messaging import views

app_name = "messaging"
urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
    path("consents/<uuid:client_id>/", views.consents, name="consents"),
]
