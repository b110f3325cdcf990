"""Databases beside the suite's own: copies of it, which a test may commit to, gone afterwards.

Rule: the ledger is never emptied, so a test of real commits takes a copy of the whole database.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg import sql

KNOWN = ("host", "port", "dbname", "user", "password")


def login_of(who: dict, name: str = "") -> dict:
    """What psycopg needs to sign in as somebody (USER, PASSWORD), to the suite's database or to
    another of this name."""
    parameters = connection.get_connection_params() | {
        "user": who["USER"],
        "password": who["PASSWORD"],
    }
    login = {key: value for key, value in parameters.items() if key in KNOWN and value}
    return login | ({"dbname": name} if name else {})


@contextmanager
def copy_of_the_suite_s(owner: dict, suffix: str) -> Iterator[str]:
    """The name of a copy; the connection of Django, and what it has not committed, end for it."""
    original = connection.settings_dict["NAME"]
    copy = f"{original}_{suffix}"
    connection.close()  # nobody may be connected to what is copied
    with psycopg.connect(**login_of(owner, "postgres"), autocommit=True) as server:
        alone(server, "DROP DATABASE IF EXISTS {}", copy)
        alone(server, "CREATE DATABASE {} TEMPLATE {}", copy, original)
        try:
            yield copy
        finally:
            alone(server, "DROP DATABASE IF EXISTS {}", copy)


def alone(server: psycopg.Connection, statement: str, *names: str) -> None:
    """Runs what nobody else may be connected for; a closed session takes a moment to leave."""
    end = time.monotonic() + 20
    while True:
        try:
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            return
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
