from django.urls import path

from clinic.coverage import views

app_name = "coverage"
urlpatterns = [
    path("<uuid:client_id>/", views.coverage, name="coverage"),
    path("covers/<uuid:coverage_id>/end/", views.end_cover, name="end_cover"),
    path("covers/<uuid:coverage_id>/check/", views.check_eligibility, name="check_eligibility"),
    path("covers/<uuid:coverage_id>/authorization/", views.need_authorization, name="need_authorization"),
    path("authorizations/<uuid:authorization_id>/", views.move_authorization, name="move_authorization"),
]
