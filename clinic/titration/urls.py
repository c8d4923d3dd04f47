from django.urls import path

from clinic.titration import views

app_name = "titration"
urlpatterns = [
    path("of/<uuid:client_id>/start/", views.start, name="start"),
    path("<uuid:dose_plan_id>/", views.dose_plan, name="dose_plan"),
    path("favourites/", views.favourites, name="favourites"),
    path("favourites/<uuid:favourite_id>/remove/", views.remove_favourite, name="remove_favourite"),
    path("<uuid:dose_plan_id>/favourite/", views.keep_favourite, name="keep_favourite"),
    path("<uuid:dose_plan_id>/change/", views.change, name="change"),
    path("<uuid:dose_plan_id>/switch/", views.switch, name="switch"),
    path("<uuid:dose_plan_id>/missed/", views.missed, name="missed"),
    path("of/<uuid:client_id>/supply/", views.supply, name="supply"),
    path("<uuid:dose_plan_id>/fill/", views.record_fill, name="record_fill"),
    path("fills/<uuid:fill_id>/withdraw/", views.withdraw_fill, name="withdraw_fill"),
    path("<uuid:dose_plan_id>/refill/", views.ask_refill, name="ask_refill"),
    path("refills/<uuid:request_id>/", views.refill, name="refill"),
    path("refills/<uuid:request_id>/decide/", views.decide_refill, name="decide_refill"),
    path("refills/<uuid:request_id>/withdraw/", views.withdraw_refill, name="withdraw_refill"),
    path("<uuid:dose_plan_id>/gates/", views.gates, name="gates"),
    path("gates/<uuid:gate_id>/", views.decide_gate, name="decide_gate"),
]
