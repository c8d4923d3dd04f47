from django.urls import path

from clinic.caseload import views

app_name = "caseload"
urlpatterns = [
    path("", views.home, name="home"),
    path("chart/<uuid:client_id>/", views.chart, name="chart"),
    path("chart/<uuid:client_id>/trials/", views.trials, name="trials"),
    path("chart/<uuid:client_id>/effects/", views.note_effect, name="note_effect"),
    path("effects/<uuid:effect_id>/end/", views.end_effect, name="end_effect"),
    path("not-improving/", views.not_improving, name="not_improving"),
    path("chart/<uuid:client_id>/stay/", views.stay, name="stay"),
    path("thresholds/", views.thresholds, name="thresholds"),
    path("trials/<uuid:dose_plan_id>/ended/", views.why_ended, name="why_ended"),
]
