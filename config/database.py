"""Which database: that of DATABASE_URL and DATABASE_OWNER_URL, else the embedded PostgreSQL.

Rule: the role that owns the tables changes them, and every other process works as the web's role,
which has no more rights than a page needs. A password never reaches a message.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from config import postgres
from config.postgres import NoDatabase

OWNER_COMMANDS = {
    "createcachetable",
    "flush",
    "lintmigrations",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "pgtrigger",
    "sqlmigrate",
    "squashmigrations",
    "test",
}
OWNER_PROGRAMS = {"benchmarks", "pytest"}

FORM = "postgresql://user:password@host:port/name"
# What libpq says, and what it means to the person who wrote the address.
REASONS = {
    "Connection refused": "nothing answers there",
    "No such file or directory": "nothing answers there",
    "timeout expired": "nothing answers there",
    "resolve host": "there is no host of this name",
    "translate host name": "there is no host of this name",
    "password authentication failed": "the user or the password is wrong",
    "no password supplied": "the server asks for a password",
    "no pg_hba.conf entry": "the server does not let this user in from here",
}

WHOSE_WORDS = re.compile("(?:failed|is bad|FATAL): +")


def databases(argv: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for a program started as `argv`; raises NoDatabase for a wrong address."""
    is_owner = _works_as_owner(argv)
    return {
        "default": {
            "ENGINE": "config.postgresql",
            **(_owner_login() if is_owner else web_login()),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "TEST": {"NAME": os.environ.get("TEST_DATABASE_NAME", "test_shanhai")},
        }
    }


def web_login() -> dict[str, Any]:
    """The settings that make a connection the web's: user, password and place."""
    if not os.environ.get("DATABASE_URL"):
        return _embedded(postgres.WEB)
    return _login("DATABASE_URL")


def reason(error: psycopg.Error, settings: dict[str, Any]) -> str:
    """One sentence about a connection that did not come about."""
    text = str(error).strip()
    known = (meaning for phrase, meaning in REASONS.items() if phrase in text)
    why = next(known, None) or WHOSE_WORDS.split(text.splitlines()[0])[-1].strip(" .")
    if settings["IS_EMBEDDED"]:
        return f"The embedded PostgreSQL refuses the connection: {why}."
    place = f"{settings['HOST'] or 'this machine'}, port {settings['PORT'] or 5432}"
    who = f"user {settings['USER']}, database {settings['NAME'] or 'postgres'}"
    return f"Cannot connect to the database of {settings['SOURCE']} ({place}; {who}): {why}."


def _works_as_owner(argv: Sequence[str]) -> bool:
    """Whether the program changes tables; SHANHAI_OWNER=1 says so of any other."""
    program = Path(argv[0]) if argv else Path()
    name = program.parent.name if program.name == "__main__.py" else program.name
    is_command = name == "manage.py" and len(argv) > 1 and argv[1] in OWNER_COMMANDS
    is_worker = name == "-c" and "PYTEST_XDIST_WORKER" in os.environ  # one of several of pytest
    is_program = name in OWNER_PROGRAMS or is_worker
    return is_command or is_program or os.environ.get("SHANHAI_OWNER") == "1"


def _owner_login() -> dict[str, Any]:
    if not os.environ.get("DATABASE_URL"):
        return _embedded(postgres.OWNER)
    return _login("DATABASE_OWNER_URL" if os.environ.get("DATABASE_OWNER_URL") else "DATABASE_URL")


def _embedded(user: str) -> dict[str, Any]:
    """A login at the embedded server; where its socket is, is known once it is up."""
    place = {"NAME": postgres.NAME, "HOST": "", "PORT": postgres.PORT}
    return {"IS_EMBEDDED": True, "USER": user, "PASSWORD": "", "OPTIONS": {}, **place}


def _login(variable: str) -> dict[str, Any]:
    """What an address says, as Django's settings; several hosts stay joined by commas."""
    try:
        given = conninfo_to_dict(os.environ[variable])
    except psycopg.Error as error:
        raise NoDatabase(
            f"{variable} is not an address of a PostgreSQL database: {FORM}."
        ) from error
    host, name = str(given.pop("host", "")), str(given.pop("dbname", ""))
    if "@" in host + name:
        raise NoDatabase(f"{variable}: in a user or password, @ is written %40, and / is %2F.")
    if not name or not given.get("user"):
        missing = "user" if name else "database"
        raise NoDatabase(f"{variable} names no {missing}: {FORM}.")
    return {
        "IS_EMBEDDED": False,
        "SOURCE": variable,
        "NAME": name,
        "HOST": host,
        "PORT": str(given.pop("port", "")),
        "USER": str(given.pop("user")),
        "PASSWORD": str(given.pop("password", "")),
        "OPTIONS": {"connect_timeout": "10", "application_name": "shanhai", **given},
    }
