"""The connection that Django opens: Django's own, with the embedded server behind it.

Rule: a program that needs no database starts none; one that cannot have it says so in one sentence.
"""

from collections.abc import Iterable
from typing import Any

import psycopg
from django.db.backends.postgresql import base, client

from config import postgres
from config.database import reason


def _find(settings: dict[str, Any]) -> None:
    """Fills in the embedded server's socket directory, once the server is up."""
    if settings["IS_EMBEDDED"]:
        settings["HOST"] = str(postgres.use())


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`, with the psql that belongs to the server."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        _find(settings_dict)
        arguments, environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        if settings_dict["IS_EMBEDDED"]:
            arguments[0] = str(postgres.program("psql"))
        return arguments, environment


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the database of the settings."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        _find(self.settings_dict)
        return super().get_connection_params()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            raise postgres.NoDatabase(reason(error, self.settings_dict)) from error
