from django.urls import path

from clinic.coordination import views

app_name = "coordination"
urlpatterns = [
    path("changes/", views.changes, name="changes"),
    path("changes/<uuid:change_id>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("observe/<uuid:client_id>/", views.observe, name="observe"),
]
