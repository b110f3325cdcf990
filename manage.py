#!/usr/bin/env python
"""The commands of the project: `.venv/bin/python manage.py help` lists them.

Rule: what a person can mend ends in one sentence and exit status 1; only a fault of ours shows a
traceback.
"""

import os
import signal
import sys

try:
    from django.core.management import execute_from_command_line

    from config.postgres import NoDatabase, data_directory
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed: run `make setup`, then .venv/bin/python manage.py.")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # A killed command leaves by the door as well: the last to leave stops the embedded server.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        data_directory()
        execute_from_command_line(sys.argv)
    except NoDatabase as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
