from django.urls import path

from clinic.clients import views

app_name = "clients"
urlpatterns = [
    path("", views.list_clients, name="list"),
    path("search", views.search, name="search"),
    path("new", views.create, name="create"),
    path("break-glass", views.break_glass, name="break_glass"),
    path("break-glass/review", views.break_glass_review, name="break_glass_review"),
    path("break-glass/<uuid:access_id>/review", views.review_access, name="review_access"),
    path("<uuid:client_id>", views.detail, name="detail"),
    path("<uuid:client_id>/edit", views.edit, name="edit"),
    path("<uuid:client_id>/status", views.change_status, name="change_status"),
    path("<uuid:client_id>/care-team", views.care_team, name="care_team"),
    path("<uuid:client_id>/care-team/<uuid:member_id>/end", views.end_team_member, name="end_team_member"),
    path("<uuid:client_id>/sharing-consent", views.sharing_consent, name="sharing_consent"),
]
