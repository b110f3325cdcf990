"""The SQL of projects, one file an idea; run and undone as that of the ledger.

Rule: a file holds its functions as they are today; a change comes with a migration that runs it.
"""

from functools import partial
from pathlib import Path

from ledger import sql

run = partial(sql.run, folder=Path(__file__).parent)
again = partial(sql.again, folder=Path(__file__).parent)
