"""A copy of the suite's database in which the ledger is really posted to, by several sessions."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections

from config.database import web_login
from tests.databases import copy_of_the_suite_s, login_of


class OwnDatabase:
    """A copy of the suite's database, which Django's own connection uses as well."""

    def __init__(self, web: dict, owner: dict):
        self.web, self.owner = web, owner

    @contextmanager
    def session(self, *, as_owner: bool = False) -> Iterator[psycopg.Connection]:
        """A session of the web's role, or the owner's, that commits each statement."""
        login = self.owner if as_owner else self.web
        with psycopg.connect(**login, autocommit=True) as session:
            yield session


# What the owner alone can do: movements that no record names.
WITHOUT_RECORDS = "ALTER TABLE ledger_movement DISABLE TRIGGER named"


@pytest.fixture
def own_database(db, owner_login):
    suite = connections["default"]
    with copy_of_the_suite_s(owner_login, "copy") as name:
        connections["default"] = ours = suite.copy()
        ours.settings_dict["NAME"] = name
        try:
            database = OwnDatabase(login_of(web_login(), name), login_of(owner_login, name))
            with database.session(as_owner=True) as owner:
                owner.execute(WITHOUT_RECORDS)
            yield database
        finally:
            ours.close()
            connections["default"] = suite
