from django.urls import path

from clinic.plans import views

app_name = "plans"
urlpatterns = [
    path("of/<uuid:client_id>/draft/", views.draft, name="draft"),
    path("<uuid:plan_id>/", views.plan, name="plan"),
    path("<uuid:plan_id>/sign/", views.sign, name="sign"),
    path("<uuid:plan_id>/acknowledge/", views.acknowledge, name="acknowledge"),
]
