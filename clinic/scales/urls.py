from django.urls import path

from clinic.scales import views

app_name = "scales"
urlpatterns = [path("<uuid:client_id>/", views.record, name="record")]
