from django.urls import path

from clinic.formulary import views

app_name = "formulary"
urlpatterns = [
    path("review/", views.review, name="review"),
    path("rules/", views.rules, name="rules"),
    path("medications/<uuid:medication_id>/review/", views.review_medication, name="review_medication"),
    path("rules/<uuid:rule_id>/", views.decide_rule, name="decide_rule"),
]
