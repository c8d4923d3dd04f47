from django.urls import path

from clinic.risk import views

app_name = "risk"
urlpatterns = [
    path("", views.open_alerts, name="open_alerts"),
    path("<uuid:alert_id>/", views.alert, name="alert"),
    path("<uuid:alert_id>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<uuid:alert_id>/close/", views.close, name="close"),
]
