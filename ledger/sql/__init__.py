"""The ledger's own SQL, one file an idea.

Rule: a file of functions holds them as they are today, and a change to it comes with a migration
that runs it `again`; what a file does to tables is done once, by `run`.
"""

from pathlib import Path

from django.db.migrations import RunSQL

HERE = Path(__file__).parent
UNDO = "\n-- undo\n"


def _parts(folder: Path, name: str) -> list[str]:
    return (folder / f"{name}.sql").read_text(encoding="utf-8").split(UNDO)


def run(name: str, *, folder: Path = HERE) -> RunSQL:
    """Runs `name`.sql; undone by what stands below its line `-- undo`."""
    forwards, backwards = _parts(folder, name)
    return RunSQL(forwards, backwards)


def again(name: str, *, folder: Path = HERE) -> RunSQL:
    """Runs `name`.sql, all of whose functions exist already; there is nothing to undo."""
    return RunSQL(_parts(folder, name)[0], RunSQL.noop)


def named(kind: str, table: str, *statuses: str) -> RunSQL:
    """Movements of a kind are named by records of a table, which are then in one of these states.

    For a migration of the app that has the table; several tables may name one kind.
    """
    return RunSQL(
        [
            (
                "INSERT INTO ledger_naming (kind, table_name, statuses) VALUES (%s, %s, %s)"
                " ON CONFLICT (kind, table_name) DO UPDATE SET statuses = excluded.statuses",
                (kind, table, list(statuses)),
            ),
            "SELECT ledger_write_named()",
        ],
        [
            ("DELETE FROM ledger_naming WHERE kind = %s AND table_name = %s", (kind, table)),
            "SELECT ledger_write_named()",
        ],
    )
