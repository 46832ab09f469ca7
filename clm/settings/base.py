"""Settings shared by every environment; what differs is read from the environment or overridden beside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from clm.lib.memory import look_seldom
from clm.schedule import BEAT
from clm.settings import sources

look_seldom()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(os.environ.get("COVENANT_VAR", BASE_DIR / "var"))
DATA_DIR = Path(os.environ.get("COVENANT_DATA", BASE_DIR.parent / "shared" / "data"))

DEFAULT_SECRET_KEY = "covenant-local-only-not-a-secret"  # noqa: S105 (production refuses to start with it)
SECRET_KEY = sources.secret("SECRET_KEY", DEFAULT_SECRET_KEY)
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]


DATABASES = {"default": sources.database()}
REDIS_URL = sources.redis_url()

# How many proxies of one's own stand in front, each adding to X-Forwarded-For; at 0 no such header is believed.
TRUSTED_PROXIES = sources.whole_number("TRUSTED_PROXIES", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

INSTALLED_APPS = [
    "clm.accounts",
    "clm.access",
    "clm.audit",
    "clm.events",
    "clm.documents",
    "clm.jobs",
    "clm.notify",
    "clm.dashboards",
    "clm.pages",
    "clm.api",
    "clm.portfolio",
    "clm.transfer",
    "contracts",
    "slas",
    "obligations",
    "billing",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_prometheus",
]

MIDDLEWARE = [
    "clm.lib.memory.with_room",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "clm.access.middleware.RequestIdMiddleware",
    "clm.access.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "clm.access.middleware.OrganizationMiddleware",
    "clm.access.middleware.SightMiddleware",
    "clm.pages.middleware.DomainErrorMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "clm.urls"
WSGI_APPLICATION = "clm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clm.pages.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "clm.pages.templatetags.covenant",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
FILTERS_EMPTY_CHOICE_LABEL = _("Any")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "clm.accounts.adapter.AccountAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Covenant"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "clm" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("COVENANT_STATIC_ROOT", VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
MEDIA_ROOT = VAR_DIR / "blobs"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
# A template that is written here is one form: 300 clauses and 200 questions of up to ten controls.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

_S3 = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": os.environ.get("S3_BUCKET"),
        "endpoint_url": os.environ.get("S3_ENDPOINT_URL") or None,
        "region_name": os.environ.get("S3_REGION") or None,
        # Without these two boto3 looks where it always does: AWS_ variables, its files, the role of the machine.
        "access_key": sources.secret("S3_ACCESS_KEY_ID") or None,
        "secret_key": sources.secret("S3_SECRET_ACCESS_KEY") or None,
        "querystring_auth": True,
    },
}
_LOCAL = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": MEDIA_ROOT, "base_url": None, "file_permissions_mode": 0o600},
}
# How often the head of each ledger is sealed, where it moved.
LEDGER_SEAL_MINUTES = int(os.environ.get("LEDGER_SEAL_MINUTES") or "60")
# How long a request for a contract may wait before those it waits for are reminded.
REQUEST_REMINDER_HOURS = int(os.environ.get("REQUEST_REMINDER_HOURS") or "48")
# How many days before the review of a template its people are told, and how often again once its day is over.
TEMPLATE_REVIEW_AHEAD = tuple(int(days) for days in (os.environ.get("TEMPLATE_REVIEW_AHEAD") or "30,7").split(","))
TEMPLATE_REVIEW_AGAIN = max(1, int(os.environ.get("TEMPLATE_REVIEW_AGAIN") or "7"))
# The key that executed papers are sealed with: a token (PKCS#11), a PKCS#12 file, else one made here for trying out.
SEAL_FOLDER = Path(os.environ.get("SEAL_FOLDER") or VAR_DIR / "seal")
SEAL_PKCS12 = os.environ.get("SEAL_PKCS12", "")
SEAL_PKCS12_PASSWORD = sources.secret("SEAL_PKCS12_PASSWORD")
SEAL_TOKEN_MODULE = os.environ.get("SEAL_TOKEN_MODULE", "")
SEAL_TOKEN_LABEL = os.environ.get("SEAL_TOKEN_LABEL", "")
SEAL_TOKEN_PIN = sources.secret("SEAL_TOKEN_PIN")
SEAL_TOKEN_KEY = os.environ.get("SEAL_TOKEN_KEY", "")
SEAL_TOKEN_CERTIFICATE = os.environ.get("SEAL_TOKEN_CERTIFICATE", "")
# PEM files: the authorities above the seal's certificate, and more roots that the verifying of documents trusts.
SEAL_CHAIN = os.environ.get("SEAL_CHAIN", "")
SEAL_TRUST = os.environ.get("SEAL_TRUST", "")
# The time-stamp authority (RFC 3161); without one seals are PAdES B-B and say so.
TSA_URL = os.environ.get("TSA_URL", "")
TSA_USER = os.environ.get("TSA_USER", "")
TSA_PASSWORD = sources.secret("TSA_PASSWORD")
TSA_ROOTS = os.environ.get("TSA_ROOTS", "")
# How long an envelope is out, how often its signers are reminded, and how long a code may be given, unless said
# otherwise.
SIGNING_DAYS = int(os.environ.get("SIGNING_DAYS") or "30")
SIGNING_REMINDER_DAYS = int(os.environ.get("SIGNING_REMINDER_DAYS") or "5")
SIGNING_CODE_MINUTES = int(os.environ.get("SIGNING_CODE_MINUTES") or "15")
SIGNING_SESSION_MINUTES = int(os.environ.get("SIGNING_SESSION_MINUTES") or "60")
# Codes by text message are posted there, signed with the secret; without it codes go by e-mail.
SMS_URL = os.environ.get("SMS_URL", "")
SMS_SECRET = sources.secret("SMS_SECRET")
# Networks that are not public and may be asked all the same where a person names an address within: telemetry that
# lies inside the house. As 10.20.0.0/16,fd00:20::/32; none by default.
OUTGOING_PRIVATE_NETWORKS = sources.listed("OUTGOING_PRIVATE_NETWORKS")
# A person who opened at least so many contracts in a day is looked at, where that is more than so many times their own
# daily mean and that of their roles. Both are of the days of the four weeks before on which anything was opened.
READING_FLOOR = int(os.environ.get("READING_FLOOR") or "30")
READING_OWN = int(os.environ.get("READING_OWN") or "4")
READING_ROLE = int(os.environ.get("READING_ROLE") or "4")
# How long the file of an exported organization lies in the storage.
EXPORT_HOURS = int(os.environ.get("EXPORT_HOURS") or "48")
# The languages in which scans are read, by tesseract's names with + between them.
OCR_LANGUAGES = os.environ.get("OCR_LANGUAGES") or "eng"
STORAGES: dict[str, Any] = {
    "default": _S3 if os.environ.get("S3_BUCKET") else _LOCAL,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CACHES = {
    "default": {
        "BACKEND": "clm.api.cache.SteadyCache",
        "LOCATION": REDIS_URL,
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Without these a request that publishes while the broker is away waits for seconds, or for ever where packets vanish.
# Beat dispatches what was not published. The worker has its own endless reconnection.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
    "socket_connect_timeout": 1,
    # A broker that holds its connections and says nothing is away too.
    "socket_timeout": 3,
}
CELERY_BEAT_SCHEDULE = BEAT
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["clm.api.authentication.ActorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["clm.api.authentication.HasActor"],
    "DEFAULT_RENDERER_CLASSES": ["clm.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["clm.api.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "clm.api.schema.AppSchema",
    "DEFAULT_PAGINATION_CLASS": "clm.api.pagination.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["clm.api.filters.NamedChoices"],
    "DEFAULT_THROTTLE_CLASSES": ["clm.api.throttles.ActorThrottle", "clm.api.throttles.AnonymousThrottle"],
    "DEFAULT_THROTTLE_RATES": {"actor": os.environ.get("API_RATE") or "1200/min", "anon": "60/min"},
    "NUM_PROXIES": TRUSTED_PROXIES,
    "EXCEPTION_HANDLER": "clm.api.problems.handle_exception",
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Covenant API",
    "VERSION": "1",
    "DESCRIPTION": "Contracts, service levels, obligations and billing. Errors are RFC 9457 problem+json.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    # Sets of choices that several serializers call "state" or "kind".
    "ENUM_NAME_OVERRIDES": {
        "JobState": "clm.jobs.models.JobState",
        "AlertKind": "slas.models.alert.AlertKind",
        "AlertState": "slas.states.AlertState",
        "KeptWhen": [(">=", "≥"), ("<=", "≤")],
        "KeptWhenSent": [">=", "<="],
        "OpenSide": ["buyer", "supplier"],
        "DeliveryState": "clm.events.models.DeliveryState",
        "PersonRole": "clm.accounts.roles.Role",
        "PartyRole": "contracts.models.contract.ContractParty.Role",
        "TeamKind": "clm.accounts.models.Team.Kind",
        "RiskBand": "contracts.models.risk.RiskBand",
        "RiskFrom": "contracts.models.risk.RiskFrom",
        "MatrixState": "contracts.states.MatrixState",
        "ApprovalState": "contracts.states.ApprovalState",
        "ApprovalStepState": "contracts.states.ApprovalStepState",
        "SeatState": "contracts.states.SeatState",
        "ContractState": "contracts.states.ContractState",
        "VersionState": "contracts.states.VersionState",
        "DraftState": "contracts.states.DraftState",
        "Side": "contracts.states.Side",
        "TemplateState": "contracts.states.TemplateState",
        "RequestState": "contracts.states.RequestState",
        "TemplateRisk": "contracts.models.template.Template.Risk",
        "ContractCategory": "contracts.models.contract.Category",
        "LibraryClauseCategory": "contracts.library_categories.ClauseCategory",
        "LibraryClauseRisk": "contracts.models.library.Risk",
        "LibraryVersionState": "contracts.states.LibraryVersionState",
        "EnvelopeState": "contracts.states.EnvelopeState",
        "RecipientState": "contracts.states.RecipientState",
        "RecipientRole": "contracts.models.signature.Recipient.Role",
        "SignatureFieldKind": "contracts.models.signature.SignatureField.Kind",
        "EnvelopeEventKind": "contracts.models.signature.EnvelopeEvent.Kind",
        "AmendmentState": "contracts.states.AmendmentState",
        "ConflictState": "contracts.states.ConflictState",
        "ImportState": "contracts.states.ImportState",
        "ImportRowDecision": "contracts.models.contract_import.ImportRow.Decision",
        "DecisionKind": "contracts.models.terms.RenewalDecision.Kind",
        "PartyIdentifierKind": "contracts.models.party.PartyIdentifier.Kind",
        "PartyAddressKind": "contracts.models.party.PartyAddress.Kind",
        "ContractRelationKind": "contracts.models.relation.ContractRelation.Kind",
        "CustomFieldKind": "contracts.models.custom_field.CustomField.Kind",
        "TerminationKind": "contracts.models.termination.Termination.Kind",
        "CommitmentState": "slas.states.CommitmentState",
        "WindowState": "slas.states.WindowState",
        "ExclusionState": "slas.states.ExclusionState",
        "BreachState": "slas.states.BreachState",
        "IndicatorKind": "slas.models.telemetry.IndicatorKind",
        "ExclusionKind": "slas.models.commitment.Exclusion.Kind",
        "CreditState": "billing.states.CreditState",
        "InvoiceState": "billing.states.InvoiceState",
        "DiscrepancyState": "billing.states.DiscrepancyState",
        "ObligationState": "obligations.states.ObligationState",
        "OccurrenceState": "obligations.states.OccurrenceState",
        "DeadlineState": "obligations.states.DeadlineState",
        "DeadlineKind": "obligations.models.deadline.DeadlineKind",
    },
}

EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = sources.secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Covenant <covenant@localhost>")
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "clm.lib.logs.json_formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
        "clm.requests": {"level": "INFO"},
    },
}
PROMETHEUS_EXPORT_MIGRATIONS = False
# Who bears it may read /metrics; while it is empty, only this machine may.
METRICS_TOKEN = sources.secret("METRICS_TOKEN")
# Whether the first portfolio, whose passwords everybody knows, may be loaded here.
FIRST_PORTFOLIO_ALLOWED = False
