"""Settings of salvation, read from the environment (see .env.example)."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

from salvation import environment as env
from salvation.embedded import data_dir

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = data_dir()

DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.secret("SECRET_KEY") or "not-a-secret:only-for-commands-without-servers-and-sessions"
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "salvation.web.views.stale_form"
# Synthetic ID numbers (division 99) are accepted only in demo and test installations.
ALLOW_TEST_ID = env.flag("ALLOW_TEST_ID", False)
DEMO = env.flag("DEMO", False)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "guardian",
    "axes",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "salvation.units",
    "salvation.accounts",
    "salvation.access",
    "salvation.journal",
    "salvation.vault",
    "salvation.parameters",
    "salvation.flow",
    "salvation.duties",
    "salvation.files",
    "salvation.intake",
    "salvation.tables",
    "salvation.periods",
    "salvation.registers",
    "salvation.documents",
    "salvation.jobs",
    "salvation.upkeep",
    "salvation.web",
    "salvation.demo",
    "cases",
    "funds",
    "audits",
    "reports",
]

MIDDLEWARE = [
    "salvation.upkeep.middleware.Health",
    "salvation.upkeep.middleware.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "salvation.web.middleware.ContentSecurityPolicy",
    "salvation.accounts.middleware.CurrentActor",
    "salvation.web.middleware.OwnWrites",
    "salvation.web.middleware.Readable",
    "salvation.web.middleware.Refusals",
    "salvation.upkeep.middleware.Outages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "salvation.urls"
WSGI_APPLICATION = "salvation.wsgi.application"

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
                "salvation.web.context.layout",
            ],
        },
    }
]


def database(url: str) -> dict[str, object]:
    """Django's database dictionary for postgresql://user:password@host:port/name?host=/socket."""
    parts = urlparse(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "salvation",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or query.get("port", [""])[0]),
        # Raw SQL must see the county's calendar: in UTC, 1 June 07:00 would fell into May.
        "TIME_ZONE": "Asia/Shanghai",
        "CONN_MAX_AGE": env.number("CONN_MAX_AGE", 60),
        # After a restart of the server the first request must not find a dead connection.
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        # Every trigger of a row asks for this setting; where it is missing, each asking is an error caught and a
        # subtransaction rolled back, which made bulk statements slow beyond bearing.
        # The tables of a county stay in memory, where a page found by index is as near as the next one; the default
        # of a spinning disk makes the planner read all counties to find one.
        "OPTIONS": {"options": "-c pgtrigger.ignore={} -c random_page_cost=1.1"},
    }


def next_database(url: str) -> str:
    """The Redis database after the one of ``url`` (redis://host:port/0, unix:///socket?db=0)."""
    parts = urlparse(url)
    if parts.scheme == "unix":
        number = int(parse_qs(parts.query).get("db", ["0"])[0])
        return f"unix://{parts.path}?db={number + 1}"
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + 1}").geturl()


DATABASES = {"default": database(env.secret("DATABASE_URL") or "postgresql:///salvation")}
if env.text("TEST_DATABASE"):
    DATABASES["default"]["TEST"] = {"NAME": env.text("TEST_DATABASE")}
if env.secret("DATABASE_REPLICA_URL"):
    DATABASES["replica"] = database(env.secret("DATABASE_REPLICA_URL"))
DATABASE_ROUTERS = ["salvation.replica.Router"]

REDIS_URL = env.secret("REDIS_URL") or "redis://localhost:6379/0"
# A database of its own: clearing the cache must not drop queued jobs.
CACHE_URL = env.secret("CACHE_URL") or next_database(REDIS_URL)
CACHES = {"default": {"BACKEND": "salvation.upkeep.cache.ForgivingRedisCache", "LOCATION": CACHE_URL}}
# How long the numbers of somebody's desk may be old (work of others; own work shows at once).
DESK_SECONDS = 60

AUTH_USER_MODEL = "accounts.User"
ANONYMOUS_USER_NAME = None
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_LOCKOUT_PARAMETERS = ["username"]
# Wrong passwords from one address, under whatever names: a township's office shares one.
ADDRESS_FAILURE_LIMIT = 30
AXES_RESET_ON_SUCCESS = True
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "salvation.accounts.passwords.LongEnough",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "salvation.accounts.passwords.NotCommon"},
    {"NAME": "salvation.accounts.passwords.CharacterClasses"},
    {"NAME": "salvation.accounts.passwords.NoUserName"},
    {"NAME": "salvation.accounts.passwords.NotRecent"},
]
# axes counts by account; addresses are counted by salvation.accounts.lockout, with a higher limit.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "web:desk"
LOGOUT_REDIRECT_URL = "accounts:login"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.number("SESSION_IDLE_SECONDS", 1800)
# How often, in seconds, the idle time of somebody at work is counted anew: a page that only reads writes nothing else.
SESSION_SEEN_EVERY = max(1, min(30, SESSION_COOKIE_AGE // 10))
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
# A bureau's test machine and `make run` are reached without TLS; production sets TLS=True.
TLS = env.flag("TLS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_HSTS_SECONDS = 31536000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of ours stand before the application: only so many addresses of X-Forwarded-For are believed.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
if not TLS:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT") or DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"
# A folder with the licensed faces of official documents: fangsong, xiaobiaosong, heiti, kaiti (.ttf, .otf, .ttc).
DOCUMENT_FONTS = env.text("DOCUMENT_FONTS")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sealing: "1:hex,2:hex" newest last; INDEX_KEY keys the blind index ("old,new" while
# rotate_index runs); INDEX_KEYS_RETIRED are earlier ones, by which older seals of the journal are checked.
VAULT_KEYS = env.secret("VAULT_KEYS")
INDEX_KEY = env.secret("INDEX_KEY")
INDEX_KEYS_RETIRED = env.secret("INDEX_KEYS_RETIRED")
# TLS marks a real installation: it does not start with demonstration switches or without its own keys.
if TLS:
    env.refuse_unfit(
        on={
            "DEBUG": DEBUG,
            "DEMO": DEMO,
            "ALLOW_TEST_ID": ALLOW_TEST_ID,
            "TASKS_EAGER": env.flag("TASKS_EAGER", False),
        },
        secrets={"SECRET_KEY": env.secret("SECRET_KEY"), "VAULT_KEYS": VAULT_KEYS, "INDEX_KEY": INDEX_KEY},
    )

# Requests of one account (whatever session or token); the longest validity of a token, days.
API_RATE = env.text("API_RATE") or "120/min"
API_TOKEN_DAYS = env.number("API_TOKEN_DAYS", 180)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "salvation.api.authentication.TokenAuthentication",
        "salvation.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["salvation.api.authentication.HasPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["salvation.api.authentication.AccountThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["salvation.api.parsing.TextParser"],
    "DEFAULT_PAGINATION_CLASS": "salvation.api.paging.AfterPagination",
    "DEFAULT_SCHEMA_CLASS": "salvation.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "salvation.api.errors.answer",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "社会救助监督管理系统接口",
    "DESCRIPTION": (
        "看到的内容与登录页面相同：同样的岗位权限和管辖范围，证号、账号、电话只有脱敏值。"
        "写入的地址经过与页面相同的检查，须带 Idempotency-Key，重复发送只办一次。"
        "按证号查人用 POST 提交，证号不进入地址和服务器日志。每次读取写入操作日志。"
    ),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_PERMISSIONS": ["salvation.api.authentication.HasPermission"],
    "SERVE_INCLUDE_SCHEMA": False,
    # Code lists stand where they are used: their names would collide between resources.
    "POSTPROCESSING_HOOKS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "persistAuthorization": False,
        "validatorUrl": None,
        "defaultModelsExpandDepth": -1,
    },
    "REDOC_DIST": "SIDECAR",
}

CELERY_BROKER_URL = f"redis+socket://{REDIS_URL[7:]}" if REDIS_URL.startswith("unix://") else REDIS_URL
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ALWAYS_EAGER = env.flag("TASKS_EAGER", False)
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"salvation": {"level": "INFO"}, "axes": {"level": "ERROR"}},
}
