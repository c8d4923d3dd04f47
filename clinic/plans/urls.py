from django.urls import path

from clinic.plans import views

app_name = "plans"
urlpatterns = [
    path("of/<uuid:client_id>/draft/", views.draft, name="draft"),
    path("of/<uuid:client_id>/consents/", views.consents, name="consents"),
    path("of/<uuid:client_id>/consents/record/", views.record_consent, name="record_consent"),
    path("consents/<uuid:consent_id>/revoke/", views.revoke_consent, name="revoke_consent"),
    path("asked-consents/<uuid:asked_id>/send/", views.send_consent_link, name="send_consent_link"),
    path("asked-consents/<uuid:asked_id>/show/", views.show_consent_link, name="show_consent_link"),
    path("asked-consents/<uuid:asked_id>/end/", views.end_asked_consent, name="end_asked_consent"),
    path("consents/<uuid:consent_id>/print/", views.print_consent, name="print_consent"),
    path("<uuid:plan_id>/", views.plan, name="plan"),
    path("<uuid:plan_id>/sign/", views.sign, name="sign"),
    path("<uuid:plan_id>/acknowledge/", views.acknowledge, name="acknowledge"),
]
