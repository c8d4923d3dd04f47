from django.urls import path

from clinic.risk import views

app_name = "risk"
urlpatterns = [
    path("", views.open_alerts, name="open_alerts"),
    path("raise/<uuid:client_id>/", views.raise_alert, name="raise_alert"),
    path("<uuid:alert_id>/", views.alert, name="alert"),
    path("<uuid:alert_id>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<uuid:alert_id>/close/", views.close, name="close"),
]
