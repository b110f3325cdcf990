"""The ledger's own SQL, one file an idea; a migration runs each once.

Rule: a file that has been released is never edited. What changes is a new file of a new migration.
"""

from pathlib import Path

from django.db.migrations import RunSQL

UNDO = "\n-- undo\n"


def run(name: str) -> RunSQL:
    """The operation that runs `name`.sql, and undoes it by what stands below its line `-- undo`."""
    forwards, backwards = (Path(__file__).parent / f"{name}.sql").read_text().split(UNDO)
    return RunSQL(forwards, backwards)
