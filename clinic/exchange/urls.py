from django.urls import path

from clinic.exchange import views

app_name = "exchange"
urlpatterns = [
    path("differences", views.differences, name="differences"),
    path("differences/<uuid:difference_id>", views.settle, name="settle"),
]
