"""Settings: one file, from the environment alone.

DEPLOYMENT is `production` (fails loudly on anything unsafe), `demo` (embedded services, sample accounts,
this machine only) or `test`. docs/operations.md lists every variable.
"""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF

from medmgmt import embedded, logs, production

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Of this process: what came before it, it cannot judge. No variable sets it.
PROCESS_BEGAN_AT = datetime.now(UTC)

DEPLOYMENT = env.str("DEPLOYMENT", default="production")
production.refuse_unknown(DEPLOYMENT)
IS_PRODUCTION = DEPLOYMENT == "production"
IS_DEMO = DEPLOYMENT == "demo"
IS_TEST = DEPLOYMENT == "test"

SECRET_KEY = env.str("SECRET_KEY", default="" if IS_PRODUCTION else "demo-and-tests-only-" + "x" * 50)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if IS_PRODUCTION else ["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

CLINIC_NAME = env.str("CLINIC_NAME", default="Wasatch Care Clinic")
CLINIC_PHONE = env.str("CLINIC_PHONE", default="(801) 555-0100")
# Where clients come to; empty: the page of an appointment only says that it is at the clinic.
CLINIC_ADDRESS = env.str("CLINIC_ADDRESS", default="")
CLINIC_HOURS = env.str("CLINIC_HOURS", default="Monday to Friday, 8 am to 6 pm")
# On pages in Spanish; a clinic that sets its hours in English alone has those there too.
CLINIC_HOURS_SPANISH = env.str("CLINIC_HOURS_SPANISH", default="") or (
    CLINIC_HOURS if "CLINIC_HOURS" in env.ENVIRON else "lunes a viernes, de 8:00 a 18:00"
)
# The clinic's own limits for refill requests, in days; 0: none is set, the prescriber sees the fact and judges.
REFILL_VISIT_WITHIN_DAYS = env.int("REFILL_VISIT_WITHIN_DAYS", default=0)
REFILL_CONTROLLED_DAYS = env.int("REFILL_CONTROLLED_DAYS", default=0)
# Which rota is on call, and from when to when the week's turns run. Monday is 0.
CLINIC_OPENS_AT = time.fromisoformat(env.str("CLINIC_OPENS_AT", default="08:00"))
CLINIC_CLOSES_AT = time.fromisoformat(env.str("CLINIC_CLOSES_AT", default="18:00"))
CLINIC_OPEN_WEEKDAYS = [int(day) for day in env.list("CLINIC_OPEN_WEEKDAYS", default=[0, 1, 2, 3, 4])]
# Country and, after a dash, state, as the holidays package knows them.
CLINIC_HOLIDAYS = env.str("CLINIC_HOLIDAYS", default="US-UT")
ON_CALL_HAND_OVER_WEEKDAY = env.int("ON_CALL_HAND_OVER_WEEKDAY", default=0)
ON_CALL_HAND_OVER_AT = time.fromisoformat(env.str("ON_CALL_HAND_OVER_AT", default="08:00"))
# After how long an alert that nobody has taken on is told to the second person on call, and to the lead.
RISK_SECOND_AFTER = timedelta(minutes=env.int("RISK_SECOND_AFTER_MINUTES", default=15))
RISK_LEAD_AFTER = timedelta(minutes=env.int("RISK_LEAD_AFTER_MINUTES", default=30))
# Messages never name the specialty: they carry this neutral name.
MESSAGE_SENDER_NAME = env.str("MESSAGE_SENDER_NAME", default="Wasatch Care")

INSTALLED_APPS = [
    "clinic.core",
    "clinic.staff",
    "clinic.audit",
    "clinic.clients",
    "clinic.worklist",
    "clinic.formulary",
    "clinic.messaging",
    "clinic.scheduling",
    "clinic.scales",
    "clinic.risk",
    "clinic.intake",
    "clinic.plans",
    "clinic.titration",
    "clinic.monitoring",
    "clinic.checkins",
    "clinic.coverage",
    "clinic.handouts",
    "clinic.visits",
    "clinic.coordination",
    "clinic.caseload",
    "clinic.exchange",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "anymail",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "clinic.core.middleware.SentAgain",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinic.audit.middleware.request_context",
    "clinic.staff.middleware.session_limits",
    "clinic.staff.middleware.SignInRequired",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "clinic.staff.middleware.second_factor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.core.middleware.private_pages",
]
if IS_TEST:
    INSTALLED_APPS.append("zeal")

ROOT_URLCONF = "medmgmt.urls"
WSGI_APPLICATION = "medmgmt.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "medmgmt.drawing.Templates",
        "NAME": "django",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.core.context.clinic",
                "clinic.staff.context.permissions",
                "clinic.risk.context.open_alerts",
            ],
            "builtins": [
                "clinic.core.templatetags.clinic_ui",
                "clinic.core.templatetags.clinic_places",
                "django.contrib.humanize.templatetags.humanize",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Data ---------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASES: dict[str, Any] = {}
if DATABASE_URL or not IS_PRODUCTION:
    DATABASES = {"default": env.db("DATABASE_URL") if DATABASE_URL else embedded.database_settings()}
    DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Postgres plans a statement once for each connection: planning cost more than running it.
    DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
    # Timeouts of RELIABILITY: a page never waits for a lock or a statement without end.
    DATABASES["default"]["OPTIONS"]["options"] = (
        f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', default=30000)}"
        f" -c lock_timeout={env.int('LOCK_TIMEOUT_MS', default=5000)}"
        " -c idle_in_transaction_session_timeout=60000"
        # A clinic's rows lie in memory or on flash. Taken for a turning disk, a list would be planned at every request.
        " -c random_page_cost=1.1"
    )

REDIS_URL = env.str("REDIS_URL", default="" if IS_PRODUCTION else embedded.redis_url())
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL and not IS_TEST
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Sign-in ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if IS_TEST
    else ["django.contrib.auth.hashers.Argon2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "caseload:home"
# The chart page stands on top of the ladder; lower apps lead to it by `client.get_absolute_url()`.
CHART_URL_NAME = "caseload:chart"
# So does the page on how each medication went; the visit leads to it.
TRIALS_URL_NAME = "caseload:trials"
ACCOUNT_ADAPTER = "clinic.staff.adapter.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key,30/h/key",
    "reset_password": "20/m/ip,5/m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_ADAPTER = "clinic.staff.adapter.StaffMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION
MFA_TOTP_ISSUER = CLINIC_NAME
USERSESSIONS_TRACK_ACTIVITY = False
# Only the demo may let its sample accounts in with a password alone.
DEMO_ACCOUNTS_ALLOWED = env.bool("DEMO_ACCOUNTS_ALLOWED", default=not IS_PRODUCTION)
DEMO_PASSWORD = "an-open-door-for-the-demo"  # noqa: S105 - sample accounts only, refused in production

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_IDLE_LIMIT = timedelta(minutes=15)
SESSION_TOTAL_LIMIT = timedelta(hours=12)
SESSION_COOKIE_AGE = int(SESSION_TOTAL_LIMIT.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if IS_PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_PRODUCTION else "csrf"
CSRF_FAILURE_VIEW = "clinic.core.views.csrf_failure"

# Browser security ---------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_PRODUCTION
SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Words, days, files -------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = True
# Pages by link speak the client's language; staff read English.
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env.str("CLINIC_TIME_ZONE", default="America/Denver")
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / env.str("STATIC_ROOT", default="staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if IS_TEST else "medmgmt.static.HashedFiles"
    },
}
WHITENOISE_MAX_AGE = 0 if IS_TEST else 31_536_000
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = IS_TEST

# Mail, messages, work in the background -----------------------------------------------------------------
EMAIL_CONFIG = env.email_url_config(env.str("EMAIL_URL", default="") or "consolemail://")
vars().update(EMAIL_CONFIG)
if IS_TEST:
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="no-reply@clinic.example")
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env.str("SMS_GATEWAY_TOKEN", default="")
SMS_GATEWAY_WEBHOOK_SECRET = env.str("SMS_GATEWAY_WEBHOOK_SECRET", default="")
SMS_GATEWAY_CAN_ASK = env.bool("SMS_GATEWAY_CAN_ASK", default=True)
# How long a sender holds a reminder before another may take it over: longer than a gateway's time-out and a task.
MESSAGE_LEASE_SECONDS = env.int("MESSAGE_LEASE_SECONDS", default=120)
# Who may read /metrics from another machine; without it only this machine may.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# With no real gateway set, messages land on the outbox page (never in production).
MESSAGES_TO_OUTBOX = env.bool("MESSAGES_TO_OUTBOX", default=not IS_PRODUCTION)

# Celery has its own word for a unix socket.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TIMEZONE = TIME_ZONE
# A worker sweeps without its broker, so it outlives one that is away for hours, or up and refuses (no memory left).
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}

LOGGING_CONFIG = None
logs.configure(level=env.str("LOG_LEVEL", default="INFO"), as_json=IS_PRODUCTION)

if IS_PRODUCTION:
    production.refuse_unsafe(globals(), embedded_at=embedded.postgres().socket_folder)
