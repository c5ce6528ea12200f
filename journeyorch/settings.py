"""The one settings file: everything that may differ between installations is read from the environment.

docs/settings.md lists every variable with its default; a test compares the two.
"""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(str(BASE_DIR / ".env"))

DEBUG = env.bool("DEBUG", default=False)
# The demo and the tests set their own; without one, production refuses to start (`check --deploy`).
SECRET_KEY = env.str("SECRET_KEY", default="insecure-development-key-set-SECRET_KEY-in-production")
# Earlier ones, while sessions and tokens made with them may still be in use.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Where people who get messages reach this installation: tracked links, unsubscribing, callbacks of providers.
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
# Where the pages of docs/ can be read; help buttons lead there.
DOCUMENTATION_URL = env.str("DOCUMENTATION_URL", default="").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Keys that encrypt the secrets of channels, sources and actions, newest first; separate from SECRET_KEY
# so that each can be rotated alone.
SECRETS_KEYS = env.list("SECRETS_KEYS", default=[])

INSTALLED_APPS = [
    "journeyorch.access",
    "journeyorch.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "journeyorch.access.lockouts.LockoutsConfig",
    "csp",
    "django_q",
    "journeyorch",
    "journeyorch.outbound",
    "datasources",
    "events",
    "actions",
    "journeys",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "journeyorch.direct.direct_middleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "journeyorch.access.second_factor.gate.second_factor_middleware",
    "journeyorch.access.language.language_middleware",
    "journeyorch.access.acting.acting_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "journeyorch.access.refusing.BeingResetMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "journeyorch.urls"
WSGI_APPLICATION = "journeyorch.wsgi.application"
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
            ],
        },
    },
]

# Widgets find their templates where all others are.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database -------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = 60
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a transaction that reads first and writes later must not fail half way for the lock.
    # FULL: an acknowledged event survives a power cut (architecture.md, What is promised).
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Users ----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses before a password is looked at
    "django.contrib.auth.backends.ModelBackend",
    "journeyorch.access.signon.backend.SignOnBackend",
]
# After so many wrong passwords for one user from one address nobody logs in as that user from there for a
# while. The pair, because the user's name alone would let strangers lock people out.
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURES", default=10)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_LOCK_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# Where the proxy in front says from which address somebody came; without it all come from the proxy's own.
CLIENT_ADDRESS_HEADER = env.str("CLIENT_ADDRESS_HEADER", default="")
AXES_CLIENT_IP_CALLABLE = "journeyorch.access.logging_in.client_address"
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
# Without it people log in by single sign-on alone.
PASSWORD_LOGIN = env.bool("PASSWORD_LOGIN", default=True)
# Whoever is in one of these groups must set up a second factor.
SECOND_FACTOR_GROUPS = env.list("SECOND_FACTOR_GROUPS", default=[])

# Single sign-on by OpenID Connect; without an issuer there is none.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
# What the button on the login page says.
OIDC_NAME = env.str("OIDC_NAME", default="Single sign-on")
OIDC_SCOPES = env.str("OIDC_SCOPES", default="openid email profile")
# Whether somebody whom nobody has made a user becomes one.
OIDC_CREATE_USERS = env.bool("OIDC_CREATE_USERS", default=False)
# The claim that lists the provider's groups, and which of ours each stands for.
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", default="")
OIDC_GROUPS = env.dict("OIDC_GROUPS", default={})
# Of our groups, those whose people may enter the administration.
OIDC_STAFF_GROUPS = env.list("OIDC_STAFF_GROUPS", default=["Technical user", "Administrators"])
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# --- Security -------------------------------------------------------------------------------------

HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whoever watches the process asks it directly, in plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# --- Language, time, static files -----------------------------------------------------------------

LANGUAGE_CODE = "en"
# Those with catalogues, under the names that their speakers use; the browser or the user chooses.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 31_536_000  # a year
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = HTTPS, True, "Lax"
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "journeyorch.staticfiles.ModuleManifestStorage"
    },
}
# While developing, files are looked for when they are asked for; in production they are listed once.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "journeyorch.access.credentials.CredentialAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["journeyorch.api.bodies.StrictJSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    # The parameter ``format`` is our own: what is exported is YAML or JSON.
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "journeyorch.api.describing.Operations",
    "EXCEPTION_HANDLER": "journeyorch.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Journeyorch",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["journeyorch.api.plain_views.with_plain_views"],
}

# --- Ingestion ------------------------------------------------------------------------------------

INGEST_MAX_MESSAGE_BYTES = env.int("INGEST_MAX_MESSAGE_BYTES", default=1024 * 1024)
INGEST_MAX_BATCH_BYTES = env.int("INGEST_MAX_BATCH_BYTES", default=5 * 1024 * 1024)
INGEST_MAX_BATCH_MESSAGES = env.int("INGEST_MAX_BATCH_MESSAGES", default=1000)
DATA_UPLOAD_MAX_MEMORY_SIZE = INGEST_MAX_BATCH_BYTES
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=256 * 1024 * 1024)

# --- Workers (architecture.md, Workers) -----------------------------------------------------------

JOURNEYORCH_DRAIN_RESIDENTS = env.int("DRAIN_RESIDENTS", default=1)
JOURNEYORCH_CALL_RESIDENTS = env.int("CALL_RESIDENTS", default=1)
JOURNEYORCH_RESIDENTS = {
    "drain": "journeys.engine.drain.resident",
    "call": "journeys.engine.calls.resident",
}
JOURNEYORCH_TICKER = "journeys.engine.ticker.look"
Q_CLUSTER = {
    "name": "journeyorch",
    # Without this key q2 would look for alternative clusters in the settings of the same name.
    "ALT_CLUSTERS": {},
    "orm": "default",
    "workers": 2,
    "queue_limit": 2,
    "timeout": 30,
    "retry": 3600,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": -1,
    "catch_up": False,
    "guard_cycle": 0.5,
    "poll": 0.05,
    "recycle": 500,
    "label": "Queue",
}

# --- Outgoing requests (architecture.md, Calls) ---------------------------------------------------

# Hosts ("name" or "name:port") and networks that may be called although the guard would refuse them.
OUTBOUND_ALLOWED_HOSTS = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])
OUTBOUND_ALLOWED_NETWORKS = env.list("OUTBOUND_ALLOWED_NETWORKS", default=[])
# A file of root certificates (PEM) to trust instead of those of certifi.
OUTBOUND_CA_BUNDLE = env.str("OUTBOUND_CA_BUNDLE", default="")
CALL_THREADS = env.int("CALL_THREADS", default=16)
# So many failures in a row open the circuit breaker of an endpoint (0: never), for so many seconds.
BREAKER_FAILURES = env.int("BREAKER_FAILURES", default=20)
BREAKER_SECONDS = env.int("BREAKER_SECONDS", default=30)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_URL = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25")
EMAIL_HOST, EMAIL_PORT = EMAIL_URL["EMAIL_HOST"], EMAIL_URL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL_URL["EMAIL_HOST_USER"], EMAIL_URL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_URL.get("EMAIL_USE_TLS", False), EMAIL_URL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # seconds; a page waits meanwhile
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="journeyorch@localhost")

# --- Journeys -------------------------------------------------------------------------------------

JOURNEY_GLOBAL_TIMEOUT_DAYS = env.int("JOURNEY_GLOBAL_TIMEOUT_DAYS", default=30)
JOURNEY_MAX_LIVE = env.int("JOURNEY_MAX_LIVE", default=100)
JOURNEY_MAX_ACTIVITIES = env.int("JOURNEY_MAX_ACTIVITIES", default=50)
RETENTION_EVENTS_DAYS = env.int("RETENTION_EVENTS_DAYS", default=30)
# A year is how far back expressions look.
RETENTION_EXPERIENCE_EVENTS_DAYS = env.int("RETENTION_EXPERIENCE_EVENTS_DAYS", default=366)
RETENTION_INSTANCES_DAYS = env.int("RETENTION_INSTANCES_DAYS", default=30)
RETENTION_STEP_EVENTS_DAYS = env.int("RETENTION_STEP_EVENTS_DAYS", default=90)
RETENTION_DELIVERIES_DAYS = env.int("RETENTION_DELIVERIES_DAYS", default=90)
RETENTION_TASKS_DAYS = env.int("RETENTION_TASKS_DAYS", default=30)

# The demo shows its catcher and prints its logins; nothing else looks at this.
DEMO = env.bool("DEMO", default=False)
DEMO_CATCHER_URL = env.str("DEMO_CATCHER_URL", default="")

HOSTNAME = socket.gethostname()
# Whoever sends it may read /metrics; empty: nobody may.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Spans by OpenTelemetry, and whether the systems that are called may go on with them.
TRACES = env.bool("TRACES", default=False)
TRACES_CARRIED = env.bool("TRACES_CARRIED", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "journeyorch.observing.logs.PlainLines",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "journeyorch.observing.logs.JsonLines"},
    },
    "filters": {"values": {"()": "journeyorch.observing.logs.NoValues"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", default="plain"),
            "filters": ["values"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {"journeyorch": {"level": env.str("LOG_LEVEL", default="INFO")}},
}
