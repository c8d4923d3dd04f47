from django.urls import path

from clinic.monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("due/", views.due, name="due"),
    path("protocols/", views.protocols, name="protocols"),
    path("protocols/<slug:protocol_key>/", views.decide_protocol, name="decide_protocol"),
    path("of/<uuid:client_id>/", views.results, name="results"),
    path("of/<uuid:client_id>/record/", views.record, name="record"),
    path("of/<uuid:client_id>/order/", views.order, name="order"),
    path("of/<uuid:client_id>/trends/", views.trends, name="trends"),
    path("of/<uuid:client_id>/review-gain/", views.review_gain, name="review_gain"),
    path("<uuid:measurement_id>/withdraw/", views.withdraw, name="withdraw"),
]
