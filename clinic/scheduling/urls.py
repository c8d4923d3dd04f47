from django.urls import path

from clinic.scheduling import views

app_name = "scheduling"
urlpatterns = [
    path("", views.day, name="day"),
    path("book/<uuid:client_id>/", views.book, name="book"),
    path("appointments/<uuid:appointment_id>/", views.appointment, name="appointment"),
    path("appointments/<uuid:appointment_id>/mark/", views.mark, name="mark"),
    path("appointments/<uuid:appointment_id>/move/", views.move, name="move"),
    path("availability/", views.availability, name="availability"),
    path("availability/hours/", views.add_hours, name="add_hours"),
    path("availability/hours/<uuid:hours_id>/end/", views.end_hours, name="end_hours"),
    path("availability/time-off/", views.add_time_off, name="add_time_off"),
    path("waitlist/<uuid:client_id>/join/", views.join_waitlist, name="join_waitlist"),
    path("waitlist/<uuid:entry_id>/leave/", views.leave_waitlist, name="leave_waitlist"),
]
