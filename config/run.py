"""`make run`: the database, the web server and the worker, started together and stopped together.

Rule: what is started here is stopped here, and whatever goes wrong ends in one sentence and exit
status 1 (2 for what was asked wrongly).
"""

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import NoReturn

from config import postgres
from config.postgres import NoDatabase

ANSWER_SECONDS = 120
STOP_SECONDS = 20
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MANAGE = (sys.executable, "manage.py")
WORKER = (*MANAGE, "procrastinate", "worker", "--shutdown-graceful-timeout", "10")
WEB = (sys.executable, "-m", "gunicorn", "config.wsgi", "--log-level", "warning")
SIZE = ("--workers", "2", "--threads", "4")


class Ended(Exception):
    """The run cannot begin or go on; the message is one sentence."""

    def __init__(self, sentence: str, *, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


class Stopped(Exception):
    """Somebody asked the run to stop."""


class Run:
    """The processes of one run, by the name that they have in a sentence."""

    def __init__(self) -> None:
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.is_stopped = False

    def stop(self, number: int, frame: FrameType | None) -> None:
        """A signal's handler: no more than a mark, so that it can come at any moment."""
        self.is_stopped = True

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Starts a program in a session of its own: a Ctrl-C reaches it through us, in order."""
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        self.processes[name] = process
        return process

    def chore(self, *arguments: str) -> None:
        """Runs one command of manage.py to its end; it says itself what went wrong."""
        name = f"`manage.py {arguments[0]}`"
        process = self.start(name, *MANAGE, *arguments)
        while process.poll() is None:
            self.pause(0.05, but=name)
        del self.processes[name]
        if process.returncode < 0:
            raise Ended(f"{name} was killed by signal {-process.returncode}, so all is stopped.")
        if process.returncode:
            sys.exit(1)

    def pause(self, seconds: float, *, but: str = "") -> None:
        """Sleeps; raises Stopped when asked to stop, and Ended when a process (`but` one) ended."""
        if self.is_stopped:
            raise Stopped
        for name, process in self.processes.items():
            if name != but and process.poll() is not None:
                raise Ended(f"{name} ended with status {process.returncode}, so all is stopped.")
        time.sleep(seconds)

    def end(self) -> None:
        """Asks each process to end, waits, and kills with its children what does not."""
        for process in self.processes.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.processes.values():
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def main() -> int:
    for number in SIGNALS:
        signal.signal(number, lambda number, frame: sys.exit(0))
    run = Run()
    try:
        _go(run, *_address())
    except (Ended, NoDatabase) as error:
        print(error, file=sys.stderr)
        return getattr(error, "status", 1)
    except Stopped:
        print("\nStopping.", flush=True)
        return 0
    finally:
        run.end()


def _go(run: Run, host: str, port: int) -> NoReturn:
    """Starts everything in order, says where it is, and ends only by an exception."""
    if not os.environ.get("DATABASE_URL"):
        postgres.use()  # held until the end, so that it does not come and go with each command
    for number in SIGNALS:
        signal.signal(number, run.stop)
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    os.environ.setdefault("PUBLIC_URL", f"http://{place.replace('0.0.0.0', '127.0.0.1')}")
    is_demo = os.environ.get("DEMO", "1") == "1"
    if not is_demo:
        os.environ.setdefault("ALLOWED_HOSTS", f"{host},localhost,127.0.0.1")
    run.chore("migrate", "--verbosity", "0")
    run.chore(*(("demo",) if is_demo else ("reference",)))
    run.start("The web server", *WEB, *SIZE, "--bind", place)
    run.start("The worker", *WORKER)
    _wait_for_answer(run, host, port)
    print(f"\nShanhai runs at {os.environ['PUBLIC_URL']}/ (Ctrl-C stops it).", flush=True)
    if is_demo:
        run.chore("demo", "--accounts")
    while True:
        run.pause(0.5)


def _address() -> tuple[str, int]:
    """HOST and PORT, known to be free."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Ended(f"PORT is a number from 1 to 65535, not {port!r}.", status=2)
    try:
        family, kind, *_, place = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except (socket.gaierror, UnicodeError) as error:
        raise Ended(f"HOST={host} is no address of this machine.", status=2) from error
    except OSError as error:
        raise Ended(_no_address(error, host, port)) from error
    return host, int(port)


def _no_address(error: OSError, host: str, port: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} of {host} is taken; choose another, say `make run PORT=8001`."
        case errno.EACCES:
            return f"Port {port} is kept for root; choose another, say `make run PORT=8001`."
        case errno.EADDRNOTAVAIL:
            return f"HOST={host} is no address of this machine."
    return f"Cannot listen at {host}, port {port}: {error.strerror}."


def _wait_for_answer(run: Run, host: str, port: int) -> None:
    """Returns once the portal has answered with a page."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        run.pause(0.1)
        try:
            connection = http.client.HTTPConnection(host, port, timeout=10)
            connection.request("GET", "/portal/")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            continue
        if status < 500:
            return
        raise Ended(f"The web server answers with the fault {status}; its words stand above.")
    raise Ended(f"The web server does not answer within {ANSWER_SECONDS} seconds.")


if __name__ == "__main__":
    sys.exit(main())
