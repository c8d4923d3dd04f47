from django.urls import path

from clinic.caseload import views

app_name = "caseload"
urlpatterns = [
    path("", views.home, name="home"),
    path("chart/<uuid:client_id>/", views.chart, name="chart"),
]
