from django.urls import path

from clinic.risk.views import alerts, rota

app_name = "risk"
urlpatterns = [
    path("", alerts.open_alerts, name="open_alerts"),
    path("raise/<uuid:client_id>/", alerts.raise_alert, name="raise_alert"),
    path("on-call/", rota.rota, name="rota"),
    path("on-call/<uuid:turn_id>/withdraw/", rota.withdraw_turn, name="withdraw_turn"),
    path("told-by/", rota.my_channels, name="my_channels"),
    path("<uuid:alert_id>/", alerts.alert, name="alert"),
    path("<uuid:alert_id>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("<uuid:alert_id>/close/", alerts.close, name="close"),
]
