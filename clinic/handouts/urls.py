from django.urls import path

from clinic.handouts import views

app_name = "handouts"
urlpatterns = [
    path("l/<str:token>/", views.page, name="page"),
    path("of/<uuid:client_id>/", views.calendar, name="calendar"),
    path("of/<uuid:client_id>/print/", views.print_calendar, name="print_calendar"),
    path("of/<uuid:client_id>/send/", views.send_link, name="send_link"),
    path("of/<uuid:client_id>/show/", views.show_link, name="show_link"),
    path("of/<uuid:client_id>/keep/", views.keep_links, name="keep_links"),
    path("of/<uuid:client_id>/end/", views.end_links, name="end_links"),
    path("leaflet/<uuid:dose_plan_id>/", views.leaflet, name="leaflet"),
    path("pharmacist/<uuid:dose_plan_id>/", views.pharmacist, name="pharmacist"),
]
