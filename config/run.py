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

from config import postgres
from config.postgres import NoDatabase

ANSWER_SECONDS = 120
STOP_SECONDS = 20
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MANAGE = (sys.executable, "manage.py")
WORKER = ("procrastinate", "worker", "--shutdown-graceful-timeout", "10")
WEB = ("--workers", "2", "--threads", "4", "--log-level", "warning")


class Ended(Exception):
    """The run cannot begin or go on; the message is one sentence."""

    def __init__(self, sentence: str, *, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


class Stopped(BaseException):
    """Somebody asked the run to stop; not an Exception, so that nothing takes it for a fault."""


def main() -> int:
    for number in SIGNALS:
        signal.signal(number, _stop)
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        _run(started, *_address())
    except (Ended, NoDatabase) as error:
        print(error, file=sys.stderr)
        return getattr(error, "status", 1)
    except Stopped:
        print("\nStopping.", flush=True)
        return 0
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _end(list(started.values()))


def _run(started: dict[str, subprocess.Popen[bytes]], host: str, port: int) -> None:
    """Starts everything in order, says where it is, and returns only by an exception."""
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    os.environ.setdefault("PUBLIC_URL", f"http://{shown.replace('0.0.0.0', '127.0.0.1')}")
    if not os.environ.get("DATABASE_URL"):
        postgres.use()
    is_demo = os.environ.get("DEMO", "1") == "1"
    _chore(started, "migrate", "--verbosity", "0")
    if is_demo:
        _chore(started, "demo")
    gunicorn = (sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", shown, *WEB)
    started["The web server"] = _start(*gunicorn)
    started["The worker"] = _start(*MANAGE, *WORKER)
    _wait_for_answer(started, host, port)
    print(f"\nShanhai runs at {os.environ['PUBLIC_URL']}/ (Ctrl-C stops it).", flush=True)
    if is_demo:
        _chore(started, "demo", "--accounts")
    while True:
        _check(started)
        time.sleep(0.5)


# -- the address ----------------------------------------------------------------------------------


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


def _wait_for_answer(started: dict[str, subprocess.Popen[bytes]], host: str, port: int) -> None:
    """Returns once the portal has answered with a page."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    deadline, status = time.monotonic() + ANSWER_SECONDS, 0
    while time.monotonic() < deadline:
        _check(started)
        try:
            connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
            connection.request("GET", "/portal/")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            if status < 500:
                return
            break
    what = f"answers with the fault {status}" if status else "does not answer"
    raise Ended(f"The web server {what}; its own words stand above.")


# -- processes ------------------------------------------------------------------------------------


def _start(*command: str) -> subprocess.Popen[bytes]:
    """Starts a program in a session of its own: a Ctrl-C reaches it only through us, in order."""
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)


def _chore(started: dict[str, subprocess.Popen[bytes]], *arguments: str) -> None:
    """Runs one command of manage.py to its end; it says itself what went wrong."""
    started["chore"] = process = _start(*MANAGE, *arguments)
    status = process.wait()
    del started["chore"]
    if status < 0:
        raise Ended(
            f"`manage.py {arguments[0]}` was killed by signal {-status}, so all is stopped."
        )
    if status:
        sys.exit(1)


def _check(started: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in started.items():
        if process.poll() is not None:
            raise Ended(f"{name} has ended with status {process.returncode}, so all is stopped.")


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """Asks each process to end, waits, and kills with its children what does not."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
