"""The suite's database and its people.

The test database is made by its owner and then used as the web's own role, as in the running
application: whatever the web may not do, no test can do by accident. A test sees the cast if it
asks for it, and else an empty database, whichever test ran before.
"""

import copy

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import translation
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from config import postgres
from config.database import web_login
from tests.browser import browser, open_page, site
from tests.cast import Cast, make_cast
from tests.databases import login_of
from tests.make import Make
from tests.patience import limit_sessions

__all__ = ["browser", "open_page", "site"]

WEB_KEYS = ("USER", "PASSWORD")


def become(login: dict) -> None:
    connection.close()
    connection.settings_dict.update({key: login[key] for key in WEB_KEYS})


class Stage:
    """The cast in an open transaction around the tests that ask for it, made once for all of them.

    `is_wanted` is what the test that comes next needs.
    """

    def __init__(self):
        self.is_wanted = False
        self.blocker = None  # pytest-django's, once there is a database
        self.transaction = self.cast = None

    def set(self) -> None:
        """Brings the cast on, or sends it away with all that was made around it."""
        if self.blocker is None or self.is_wanted == (self.cast is not None):
            return
        with self.blocker.unblock():
            if self.is_wanted:
                self.transaction = transaction.atomic()
                self.transaction.__enter__()
                self.cast = make_cast()
            else:
                transaction.set_rollback(True)
                self.transaction.__exit__(None, None, None)
                self.cast = None


STAGE = Stage()


def pytest_configure(config):
    """Several workers end without a farewell: who started them stops the embedded server."""
    limit_sessions()
    if config.getoption("numprocesses", None) and settings.DATABASES["default"]["IS_EMBEDDED"]:
        postgres.use()


def pytest_collection_modifyitems(items):
    """The browser's installation is a copy of the suite's database, so that has to be made."""
    for item in items:
        if "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    STAGE.is_wanted = "cast" in getattr(item, "fixturenames", ())
    STAGE.set()


@pytest.fixture(scope="session")
def owner_login() -> dict:
    """User and password of the role that owns the tables."""
    return {key: settings.DATABASES["default"][key] for key in WEB_KEYS}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, owner_login):
    """pytest-django's own, and then the web's role; the owner again to take the database down."""
    with django_db_blocker.unblock():
        become(web_login())
    STAGE.blocker = django_db_blocker
    STAGE.set()
    yield
    STAGE.is_wanted = False
    STAGE.set()
    with django_db_blocker.unblock():
        become(owner_login)


@pytest.fixture
def owner(db, owner_login):
    """A connection of the owner beside the web's, which sees only what is committed."""
    with psycopg.connect(**login_of(owner_login)) as owner_connection:
        yield owner_connection
        owner_connection.rollback()


@pytest.fixture
def without_records(db):
    """The ledger by itself: what is posted is undone before anything asks for its record."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def cast(db) -> Cast:
    """The people, as nobody has changed them yet."""
    return copy.deepcopy(STAGE.cast)


@pytest.fixture
def make(cast) -> Make:
    return Make(cast)


@pytest.fixture
def client_of():
    """A browser of a person: `client_of(cast.reporter).get(...)`."""

    def signed_in(user) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def work(db):
    """The worker: does what was deferred on mails, in order and each job once."""
    done: set[int] = set()

    def working() -> None:
        jobs = ProcrastinateJob.objects.filter(queue_name="mail").order_by("id")
        while job := jobs.exclude(id__in=done).first():
            done.add(job.id)
            app.tasks[job.task_name].func(**job.args)

    return working


@pytest.fixture(autouse=True)
def _quiet(settings, tmp_path):
    """English, mails in memory, files in a folder of the test, static files when asked for."""
    translation.activate(settings.LANGUAGE_CODE)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MEDIA_ROOT = tmp_path
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
