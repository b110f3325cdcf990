"""A database that a test may commit to: a copy of the suite's, thrown away afterwards.

Rule: the ledger is never emptied, so a test of real commits takes a copy of the whole database.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections
from psycopg import sql

KNOWN = ("host", "port", "dbname", "user", "password")


class OwnDatabase:
    """A copy of the suite's database, which Django's own connection uses as well."""

    def __init__(self, login: dict, owner: dict):
        self.login, self.owner = login, owner

    @contextmanager
    def session(self, *, as_owner: bool = False) -> Iterator[psycopg.Connection]:
        """A session of the web's role, or the owner's, that commits each statement."""
        login = self.login | (self.owner if as_owner else {})
        with psycopg.connect(**login, autocommit=True) as session:
            yield session


@pytest.fixture
def own_database(db, owner_login):
    suite = connections["default"]
    suite.close()  # its transaction goes with it: nobody may be connected to what is copied
    parameters = suite.get_connection_params()
    login = {key: value for key, value in parameters.items() if key in KNOWN and value}
    owner = {"user": owner_login["USER"], "password": owner_login["PASSWORD"] or None}
    original = suite.settings_dict["NAME"]
    copy = f"{original}_copy"
    with psycopg.connect(**login | owner | {"dbname": "postgres"}, autocommit=True) as admin:
        alone(admin, "DROP DATABASE IF EXISTS {}", copy)
        alone(admin, "CREATE DATABASE {} TEMPLATE {}", copy, original)
        connections["default"] = ours = suite.copy()
        ours.settings_dict["NAME"] = copy
        try:
            yield OwnDatabase(login | {"dbname": copy}, owner)
        finally:
            ours.close()
            connections["default"] = suite
            alone(admin, "DROP DATABASE {}", copy)


def alone(admin: psycopg.Connection, statement: str, *names: str) -> None:
    """Runs what nobody else may be connected for; a closed session takes a moment to leave."""
    end = time.monotonic() + 20
    while True:
        try:
            admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            return
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
