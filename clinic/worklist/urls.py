from django.urls import path

from clinic.worklist import views

app_name = "worklist"
urlpatterns = [
    path("", views.board, name="board"),
    path("<uuid:item_id>/close/", views.close_item, name="close_item"),
    path("<uuid:item_id>/take/", views.take_item, name="take_item"),
    path("<uuid:item_id>/put-off/", views.snooze_item, name="snooze_item"),
]
