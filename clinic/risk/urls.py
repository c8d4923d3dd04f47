from django.urls import path

from clinic.risk.views import alerts, rota, safety

app_name = "risk"
urlpatterns = [
    path("", alerts.open_alerts, name="open_alerts"),
    path("raise/<uuid:client_id>/", alerts.raise_alert, name="raise_alert"),
    path("on-call/", rota.rota, name="rota"),
    path("on-call/<uuid:turn_id>/withdraw/", rota.withdraw_turn, name="withdraw_turn"),
    path("told-by/", rota.my_channels, name="my_channels"),
    path("safety-plan/<uuid:client_id>/", safety.safety_plan, name="safety_plan"),
    path("safety-plan/<uuid:client_id>/write/", safety.write_safety_plan, name="write_safety_plan"),
    path("safety-plan/<uuid:client_id>/print/", safety.print_safety_plan, name="print_safety_plan"),
    path("safety-plan/<uuid:client_id>/copy/", safety.give_copy, name="give_copy"),
    path("safety-plan/<uuid:client_id>/send/", safety.send_safety_plan, name="send_safety_plan"),
    path("safety-plan/<uuid:client_id>/show/", safety.show_safety_plan, name="show_safety_plan"),
    path("safety-plan/<uuid:client_id>/end/", safety.end_safety_plan_links, name="end_safety_plan_links"),
    path("<uuid:alert_id>/", alerts.alert, name="alert"),
    path("<uuid:alert_id>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("<uuid:alert_id>/close/", alerts.close, name="close"),
]
