from django.urls import path

from clinic.visits import views

app_name = "visits"
urlpatterns = [
    path("start/<uuid:client_id>/", views.start, name="start"),
    path("<uuid:visit_id>/", views.visit, name="visit"),
    path("<uuid:visit_id>/save/", views.save, name="save"),
    path("<uuid:visit_id>/preview/<uuid:dose_plan_id>/", views.preview, name="preview"),
    path("<uuid:visit_id>/sign/", views.sign, name="sign"),
    path("<uuid:visit_id>/add/", views.add_addendum, name="add_addendum"),
]
