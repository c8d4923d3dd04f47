from django.urls import path

from clinic.staff import views

app_name = "staff"
urlpatterns = [
    path("", views.list, name="list"),
    path("add/", views.add, name="add"),
    path("switch-role/", views.switch_role, name="switch_role"),
    path("<uuid:user_id>/", views.edit, name="edit"),
    path("<uuid:user_id>/invite/", views.invite, name="invite"),
    path("<uuid:user_id>/remove-second-factor/", views.remove_second_factor, name="remove_second_factor"),
]
