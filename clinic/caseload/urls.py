from django.urls import path

from clinic.caseload.views import chart, pages, timeline

app_name = "caseload"
urlpatterns = [
    path("", pages.home, name="home"),
    path("chart/<uuid:client_id>/", chart.chart, name="chart"),
    path("chart/<uuid:client_id>/timeline/", timeline.timeline, name="timeline"),
    path("chart/<uuid:client_id>/life-events/", timeline.add_event, name="add_event"),
    path("life-events/<uuid:event_id>/withdraw/", timeline.withdraw_event, name="withdraw_event"),
    path("chart/<uuid:client_id>/trials/", pages.trials, name="trials"),
    path("day/<uuid:client_id>/scales/", pages.send_scales, name="send_scales"),
    path("chart/<uuid:client_id>/effects/", pages.note_effect, name="note_effect"),
    path("effects/<uuid:effect_id>/end/", pages.end_effect, name="end_effect"),
    path("not-improving/", pages.not_improving, name="not_improving"),
    path("chart/<uuid:client_id>/stay/", pages.stay, name="stay"),
    path("thresholds/", pages.thresholds, name="thresholds"),
    path("trials/<uuid:dose_plan_id>/ended/", pages.why_ended, name="why_ended"),
]
