"""Every address of the portal. Each app names its own; allauth brings sign-in and second factors."""

from django.urls import include, path
from django.views.generic import RedirectView

from clinic.checkins.views.device import device_page, scales_page
from clinic.messaging.views import inbound_message, message_report
from clinic.monitoring.views import reminder_page
from clinic.plans.views import consent_page
from clinic.risk.views import safety
from clinic.scheduling.views import by_link
from clinic.staff.views import remove_key
from medmgmt import health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    # The SMS gateway calls these by their names in the contract.
    path("webhooks/messages", message_report, name="message_report"),
    path("webhooks/inbound", inbound_message, name="inbound_message"),
    path("", include("clinic.caseload.urls")),
    # An account's address is the administrator's to change, and its last passkey stays.
    path("accounts/email/", RedirectView.as_view(pattern_name="usersessions_list"), name="account_email"),
    path("accounts/2fa/webauthn/keys/<int:pk>/remove/", remove_key, name="mfa_remove_webauthn"),
    path("accounts/", include("allauth.urls")),
    path("staff/", include("clinic.staff.urls")),
    path("audit/", include("clinic.audit.urls")),
    path("clients/", include("clinic.clients.urls")),
    path("worklist/", include("clinic.worklist.urls")),
    path("formulary/", include("clinic.formulary.urls")),
    path("messages/", include("clinic.messaging.urls")),
    path("schedule/", include("clinic.scheduling.urls")),
    path("scales/", include("clinic.scales.urls")),
    # Their addresses stand in messages: they tell nothing of what the clinic does.
    path("pages/<str:token>/", safety.page, name="safety_page"),
    path("appointments/<str:token>/", by_link, name="appointment_page"),
    path("reminders/<str:token>/", reminder_page, name="reminder_page"),
    path("ask/<str:token>/", consent_page, name="consent_page"),
    path("device/<str:token>/", device_page, name="device_page"),
    path("questions/<str:token>/", scales_page, name="scales_page"),
    path("risk/", include("clinic.risk.urls")),
    path("intake/", include("clinic.intake.urls")),
    path("plans/", include("clinic.plans.urls")),
    path("dose-plans/", include("clinic.titration.urls")),
    path("monitoring/", include("clinic.monitoring.urls")),
    path("check-ins/", include("clinic.checkins.urls")),
    path("calendars/", include("clinic.handouts.urls")),
    path("coverage/", include("clinic.coverage.urls")),
    path("visits/", include("clinic.visits.urls")),
    path("coordination/", include("clinic.coordination.urls")),
    path("imports/", include("clinic.exchange.urls")),
]

handler400 = "clinic.core.views.bad_request"
handler403 = "clinic.core.views.forbidden"
handler404 = "clinic.core.views.not_found"
handler429 = "clinic.core.views.too_many_requests"
