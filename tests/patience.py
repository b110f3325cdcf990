"""How long the suite waits: nothing in it waits for ever, so what hangs fails, and by its name.

Rule: every wait for another process, thread or session has a limit; this is where they stand.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# What a session of the database waits for a lock, and for the end of one statement.
DATABASE = "-c lock_timeout=60s -c statement_timeout=240s"
LEAVE_SECONDS = 60  # of a process that was told to leave


def limit_sessions() -> None:
    """For every session of this process and of those that it starts."""
    os.environ.setdefault("PGOPTIONS", DATABASE)


@contextmanager
def killed_after(seconds: float, number: int) -> Iterator[None]:
    """Kills another process when the time is up: whoever waits for it goes on, and fails there."""
    timer = threading.Timer(seconds, os.kill, (number, signal.SIGKILL))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def end(process: subprocess.Popen, seconds: float = LEAVE_SECONDS) -> None:
    """Asks a process to leave, and kills it when it does not; raises TimeoutExpired then."""
    process.terminate()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=seconds)
        raise


def join(*threads: threading.Thread, seconds: float = LEAVE_SECONDS) -> None:
    """Waits for threads; fails for one that does not end."""
    for thread in threads:
        thread.join(timeout=seconds)
        assert not thread.is_alive(), f"{thread.name} did not end within {seconds} seconds"
