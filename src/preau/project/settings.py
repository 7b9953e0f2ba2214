"""Django's settings, derived from the options. Nothing here is read from the environment directly."""

import os
import sys
from pathlib import Path

import dj_database_url

from preau.project import installation
from preau.project.options import Options, parse
from preau.project.static_files import OPERATOR_STYLESHEET
from preau.tokens.cookies import cookie_names

_parsed = parse(os.environ)
if not isinstance(_parsed, Options):
    for _mistake in _parsed:
        sys.stderr.write(f"{_mistake.name} : {_mistake.sentence}\n")
    sys.exit(2)
OPTIONS = _parsed
PACKAGE = Path(__file__).resolve().parent.parent

# What the school is given by the composition root.
installation.prepare(OPTIONS.data)
PREAU_KEYRING = installation.keyring(OPTIONS)
PREAU_DATA = OPTIONS.data
PREAU_PUBLISHED = OPTIONS.data / "published"
PREAU_COOKIES = cookie_names(secure=OPTIONS.secure)
PREAU_PUBLIC_URL = OPTIONS.base_url
PREAU_DEMO = OPTIONS.demo
PREAU_STYLESHEET = f"/static/{OPERATOR_STYLESHEET}" if OPTIONS.stylesheet else ""
PREAU_SIGN_IN_CONCURRENCY = OPTIONS.sign_in_concurrency

SECRET_KEY = PREAU_KEYRING.standing_key("django").hex()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the edge has checked the host before Django sees a request
ROOT_URLCONF = "preau.project.urls"
APPEND_SLASH = True  # people type /connexion

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "preau.school.directory",
    "preau.school.pages",
    "preau.school.signin",
    "preau.school.content",
    "preau.school.work",
    "preau.school.classroom",
    "preau.school.home",
    "preau.school.operations",
    "preau.school.demo",
]
MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",  # weak lines; random padding and masked tokens answer BREACH
    "preau.school.pages.intake.storable_cookies_only",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "preau.school.pages.language.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "preau.school.pages.intake.storable_text_only",
    "preau.school.pages.refusals.say_bare_refusals",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "preau.school.pages.context.site",
            ],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        OPTIONS.database_url or f"sqlite:///{(OPTIONS.data / 'school.sqlite3').resolve()}", conn_max_age=60
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a writer waits its turn instead of failing halfway
        "timeout": 10,
        # FULL: an acknowledged mark or copy survives a power cut.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "directory.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["preau.school.signin.hashers.SchoolArgon2PasswordHasher"]
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/journee/"
SESSION_COOKIE_NAME = "preau_session"
SESSION_COOKIE_AGE = 12 * 3600  # staff; a pupil's sign-in lengthens it, see school.signin
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OPTIONS.secure
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [OPTIONS.base_url]
CSRF_FAILURE_VIEW = "preau.school.pages.refusals.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "school" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

STATIC_URL = "/static/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # Person.login is unique and optional
]
LOGGING_CONFIG = None  # project.logs configures structlog and the standard library together
