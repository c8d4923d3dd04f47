from django.urls import URLPattern

app_name = "titration"
urlpatterns: list[URLPattern] = []
