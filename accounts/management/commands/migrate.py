"""`migrate`: brings the database to the code, and then its rights and rule tables as well.

Rule: after `migrate` the database knows every life cycle and every role, and the web's own
database role may write every table but those that the database writes itself.
"""

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections, transaction
from psycopg import sql

from accounts.roles import write_groups
from core.workflow import write_life_cycles


class Command(Migrate):
    """Django's own command, followed by what must always stand beside the tables."""

    def handle(self, *args, **options):
        super().handle(*args, **options)
        whole = not options["app_label"] and not options["plan"] and not options["check_unapplied"]
        if not whole or options["database"] != "default":
            return
        call_command("createcachetable", verbosity=0)
        with transaction.atomic():
            write_life_cycles()
            write_groups()
            hold_triggers()
            grant(settings.WEB_ROLE)


def hold_triggers() -> None:
    """Takes away pgtrigger's switch: its triggers ask a session setting whether to step aside."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name)"
            " RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'"
        )


def grant(role: str) -> None:
    """Gives the web's role its rights: rows of most tables, reading of some, no table changes.

    A model says `owner_only = True` when only the database's own functions or `migrate` write it,
    `append_only = True` when rows are added and never changed.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_user = %s", [role])
        if cursor.fetchone()[0]:
            return
        name = sql.Identifier(role)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
        ):
            cursor.execute(sql.SQL(statement).format(name).as_string(cursor.connection))
        for model in apps.get_models():
            if getattr(model, "owner_only", False):
                revoked = "INSERT, UPDATE, DELETE"
            elif getattr(model, "append_only", False):
                revoked = "UPDATE, DELETE"
            else:
                continue
            table = sql.Identifier(model._meta.db_table)
            statement = sql.SQL(f"REVOKE {revoked} ON {{}} FROM {{}}").format(table, name)
            cursor.execute(statement.as_string(cursor.connection))
