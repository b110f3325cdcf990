"""The suite's database and its people.

The test database is made by its owner and then used as the web's own role, as in the running
application: whatever the web may not do, no test can do by accident.
"""

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from config.database import web_login
from tests.cast import Cast, make_cast
from tests.make import Make

WEB_KEYS = ("USER", "PASSWORD")


def _become(login: dict) -> None:
    connection.close()
    connection.settings_dict.update({key: login[key] for key in WEB_KEYS})


@pytest.fixture(scope="session")
def owner_login() -> dict:
    """User and password of the role that owns the tables."""
    return {key: settings.DATABASES["default"][key] for key in WEB_KEYS}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, owner_login):
    """pytest-django's own, and then the web's role; the owner again to take the database down."""
    with django_db_blocker.unblock():
        _become(web_login())
    yield
    with django_db_blocker.unblock():
        _become(owner_login)


@pytest.fixture
def owner(db, owner_login):
    """A connection of the owner beside the web's, which sees only what is committed."""
    parameters = connection.get_connection_params() | {
        "user": owner_login["USER"],
        "password": owner_login["PASSWORD"],
    }
    known = ("host", "port", "dbname", "user", "password")
    login = {key: value for key, value in parameters.items() if key in known and value}
    with psycopg.connect(**login) as owner_connection:
        yield owner_connection
        owner_connection.rollback()


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


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
    """Mails in memory, files in a folder of the test."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MEDIA_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
