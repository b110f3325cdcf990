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
from core.attachments import write_kinds
from core.workflow import write_life_cycles

# What roles may is the code's to say (accounts/roles.py); single permissions are given to nobody.
WRITTEN_BY_MIGRATE = (
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "accounts_user_user_permissions",
)


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
            write_kinds()
            hold_triggers()
            grant(settings.WEB_ROLE)


def hold_triggers() -> None:
    """Leaves no trigger to what a session has made: neither its settings nor its own names.

    pgtrigger's triggers ask a session setting whether to step aside, which is taken away; and names
    in them would first be looked for among temporary tables and types, which comes last now.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER FUNCTION %s SET search_path = public, pg_temp',"
            " oid::regprocedure)"
            " FROM pg_proc WHERE prorettype = 'trigger'::regtype"
            " AND proowner = current_user::regrole"
            " AND pronamespace = 'public'::regnamespace"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
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
            f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(WRITTEN_BY_MIGRATE)} FROM {{}}",
            "REVOKE UPDATE, DELETE ON django_admin_log FROM {}",
            "REVOKE DELETE ON pghistory_context FROM {}",
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
