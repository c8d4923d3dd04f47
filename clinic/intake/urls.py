from django.urls import path

from clinic.intake import views

app_name = "intake"
urlpatterns = [
    path("enquire/", views.enquire, name="enquire"),
    path("enquire/received/", views.enquiry_received, name="enquiry_received"),
    path("enquiries/", views.enquiry_queue, name="enquiry_queue"),
    path("enquiries/<uuid:enquiry_id>/", views.enquiry, name="enquiry"),
    path("enquiries/<uuid:enquiry_id>/take/", views.take_enquiry, name="take_enquiry"),
    path("enquiries/<uuid:enquiry_id>/match/", views.match_client, name="match_client"),
    path("enquiries/<uuid:enquiry_id>/make-client/", views.make_client, name="make_client"),
    path("enquiries/<uuid:enquiry_id>/care-team/", views.assign_care_team, name="assign_care_team"),
    path("enquiries/<uuid:enquiry_id>/close/", views.close_enquiry, name="close_enquiry"),
    path("enquiries/<uuid:enquiry_id>/reopen/", views.reopen_enquiry, name="reopen_enquiry"),
    path("refer/<uuid:client_id>/", views.refer, name="refer"),
    path("referrals/<uuid:referral_id>/handle/", views.handle_referral, name="handle_referral"),
    path("evaluations/start/<uuid:client_id>/", views.start_evaluation, name="start_evaluation"),
    path("evaluations/diagnoses/", views.search_diagnoses, name="search_diagnoses"),
    path("evaluations/<uuid:evaluation_id>/", views.evaluation, name="evaluation"),
    path("evaluations/<uuid:evaluation_id>/save/", views.save_evaluation, name="save_evaluation"),
    path("evaluations/<uuid:evaluation_id>/autosave/", views.autosave_evaluation, name="autosave_evaluation"),
    path("evaluations/<uuid:evaluation_id>/sign/", views.sign_evaluation, name="sign_evaluation"),
    path("evaluations/<uuid:evaluation_id>/addendum/", views.add_addendum, name="add_addendum"),
    path("history/<uuid:client_id>/", views.history, name="history"),
    path("history/<uuid:client_id>/save/", views.save_history, name="save_history"),
]
