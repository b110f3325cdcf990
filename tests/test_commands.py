"""The two commands: the embedded server comes and goes, and what goes wrong is one sentence.

Rule: each test works in a data directory of its own, which never is the one of this checkout.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import psycopg
import pytest
from psycopg import pq
from psycopg.conninfo import make_conninfo

from config.database import databases, web_login
from config.postgres import NoDatabase
from tests.patience import end, killed_after

START_SECONDS = 120  # of a server, and of its end
ROOT = Path(__file__).resolve().parent.parent
USE = "import sys; from config import postgres; print(postgres.use(), flush=True); sys.stdin.read()"


class User:
    """A process that uses the embedded server until it is told to leave."""

    started: ClassVar[list["User"]] = []

    def __init__(self, data: Path) -> None:
        self.started.append(self)
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE],
            cwd=ROOT,
            env=environment(data),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def socket(self) -> str:
        return self._socket

    def wait(self) -> "User":
        with killed_after(START_SECONDS, self.process.pid):
            self._socket = self.process.stdout.readline().strip()
        assert self._socket, "the server did not start"
        return self

    def leave(self) -> None:
        self.process.communicate(timeout=START_SECONDS)
        assert self.process.returncode == 0


def environment(data: Path, **more: str) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    return given | {"SHANHAI_DATA": str(data), "DEMO": "0"} | more


def program(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs a program of the project to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(data, **more),
        capture_output=True,
        text=True,
        timeout=300,
    )


@contextmanager
def started_run(data: Path, log: Path, **more: str) -> Iterator[subprocess.Popen[str]]:
    """`make run` without its make, in a session of its own as if in a terminal."""
    with open(log, "w") as words:
        run = subprocess.Popen(
            [sys.executable, "-m", "config.run"],
            cwd=ROOT,
            env=environment(data, **more),
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    try:
        yield run
    finally:
        end(run)


def conninfo(place: str, *, user: str = "shanhai", name: str = "shanhai") -> str:
    return make_conninfo(host=place, port=5432, user=user, dbname=name, connect_timeout=10)


def answers(place: str) -> bool:
    return pq.PGconn.ping(conninfo(place).encode()) == pq.Ping.OK


def only_line(text: str) -> str:
    (line,) = text.strip().splitlines()
    return line


pytestmark = pytest.mark.xdist_group("commands")  # one server for them all


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A directory that only its owner can enter; for root this is the hard case."""
    place = Path(tempfile.mkdtemp())
    yield place
    link = place / "postgres"
    if link.is_symlink():
        shutil.rmtree(link.readlink().parent)
    shutil.rmtree(place)


@pytest.fixture(autouse=True)
def _nobody_stays():
    """A test that failed leaves nobody behind who keeps a server up."""
    yield
    while User.started:
        User.started.pop().process.kill()


@pytest.fixture
def port() -> Iterator[str]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield str(taken.getsockname()[1])


# -- the embedded server --------------------------------------------------------------------------


def test_the_server_lives_as_long_as_somebody_uses_it(data):
    first, second = User(data).wait(), User(data).wait()
    assert second.socket == first.socket
    first.leave()
    assert answers(second.socket)
    second.leave()
    assert not answers(second.socket)


def test_two_that_start_at_once_share_one_server(data):
    first, second = User(data), User(data)
    assert first.wait().socket == second.wait().socket
    with psycopg.connect(conninfo(first.socket)):
        pass
    first.leave()
    second.leave()
    assert not answers(first.socket)


def test_a_killed_user_leaves_the_server_to_the_next(data):
    killed = User(data).wait()
    killed.process.kill()
    killed.process.communicate(timeout=START_SECONDS)
    assert answers(killed.socket)
    User(data).wait().leave()
    assert not answers(killed.socket)


def test_a_killed_server_starts_again_with_what_was_committed(data):
    user = User(data).wait()
    with psycopg.connect(conninfo(user.socket)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 2010 AS year")
    pid_file = data / "postgres" / "postmaster.pid"
    number, *rest = pid_file.read_text().splitlines()
    os.kill(int(number), signal.SIGKILL)
    # The number may be another process's by now: it says nothing.
    pid_file.write_text("\n".join([str(os.getpid()), *rest]))
    again = User(data).wait()
    with psycopg.connect(conninfo(again.socket)) as connection:
        assert connection.execute("SELECT year FROM kept").fetchall() == [(2010,)]
        connection.execute("DROP TABLE kept")
    user.leave()
    again.leave()
    assert not answers(again.socket)


def test_a_half_made_cluster_is_made_anew(tmp_path_factory):
    place = tmp_path_factory.mktemp("data")
    user = User(place).wait()
    user.leave()
    home = (place / "postgres").resolve().parent
    (home / "postgres").rename(home / "postgres.new")
    (home / "postgres.new" / "PG_VERSION").unlink()
    again = User(place).wait()
    again.leave()
    assert not (home / "postgres.new").exists()
    shutil.rmtree(home)


def test_a_long_path_has_its_socket_elsewhere(tmp_path_factory):
    place = tmp_path_factory.mktemp("d" * 100) / ("e" * 100)
    user = User(place).wait()
    assert len(user.socket) < 90
    user.leave()
    shutil.rmtree((place / "postgres").resolve().parent)
    if Path(user.socket).exists():
        shutil.rmtree(user.socket)


def test_the_owner_is_no_superuser_and_the_web_makes_no_tables(data):
    user = User(data).wait()
    with psycopg.connect(conninfo(user.socket)) as owner:
        row = owner.execute(
            "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, True)
        # With another locale the trigrams of Chinese are empty.
        owner.execute("CREATE EXTENSION pg_trgm")
        assert owner.execute("SELECT cardinality(show_trgm('山海情'))").fetchone() == (4,)
        owner.rollback()
    with (
        psycopg.connect(conninfo(user.socket, user="shanhai_web")) as web,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        web.execute("CREATE TABLE mine (id int)")
    user.leave()


# -- which database -------------------------------------------------------------------------------


def test_only_what_changes_tables_works_as_the_owner(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    users = {
        program: databases(program.split())["default"]["USER"]
        for program in ("manage.py migrate", "manage.py figures 2010", "gunicorn", "pytest")
    }
    assert users == {
        "manage.py migrate": "shanhai",
        "manage.py figures 2010": "shanhai_web",
        "gunicorn": "shanhai_web",
        "pytest": "shanhai",
    }


def test_an_address_may_name_several_hosts_and_options(monkeypatch):
    monkeypatch.setenv(
        "DATABASE_URL",
        "postgresql://web:p%40ss@one:5432,two:5433/shanhai?target_session_attrs=read-write",
    )
    login = web_login()
    assert (login["HOST"], login["PORT"]) == ("one,two", "5432,5433")
    assert (login["USER"], login["PASSWORD"], login["NAME"]) == ("web", "p@ss", "shanhai")
    assert login["OPTIONS"]["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://web:secret@host/shanhai", "is not an address of a PostgreSQL database"),
        ("postgresql://web:secret@host/shanhai?color=red", "is not an address"),
        ("postgresql://web:sec@secret@host/shanhai", "@ is written %40"),
        ("postgresql://web:sec/secret@host/shanhai", "/ is %2F"),
        ("postgresql://web:secret@host/", "names no database"),
        ("postgresql://host/shanhai", "names no user"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(
    monkeypatch, address, words
):
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(NoDatabase, match=words) as refusal:
        databases(["manage.py"])
    assert str(refusal.value).startswith("DATABASE_URL")
    assert "secret" not in str(refusal.value)


def test_a_command_without_its_server_says_so_in_one_sentence(data):
    address = "postgresql://web:secret@127.0.0.1:1/shanhai"
    done = program(data, "manage.py", "migrate", DATABASE_URL=address)
    assert done.returncode == 1
    assert only_line(done.stderr) == (
        "Cannot connect to the database of DATABASE_URL "
        "(127.0.0.1, port 1; user web, database shanhai): nothing answers there."
    )


def test_a_command_names_the_database_that_is_not_there(data):
    user = User(data).wait()
    address = f"postgresql://shanhai@/nowhere?host={user.socket}&port=5432"
    done = program(data, "manage.py", "migrate", DATABASE_URL=address)
    user.leave()
    assert done.returncode == 1
    assert 'database "nowhere" does not exist' in only_line(done.stderr)


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    done = program(tmp_path / "file" / "data", "manage.py", "migrate")
    assert done.returncode == 1
    assert only_line(done.stderr) == (
        f"Cannot make the directory {tmp_path}/file/data: Not a directory."
    )


def test_help_needs_no_database(tmp_path):
    done = program(tmp_path, "manage.py", "help")
    assert done.returncode == 0
    assert not (tmp_path / "postgres").exists()


# -- the environment and the run ------------------------------------------------------------------


def test_requirements_that_cannot_be_installed_are_named(tmp_path):
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config" / "environment.py", tmp_path / "config")
    (tmp_path / "requirements.txt").write_text("nothing-of-this-name==1 --hash=sha256:00\n")
    script = str(tmp_path / "config" / "environment.py")
    done = program(tmp_path, script, "run", PIP_NO_INDEX="1")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Could not install requirements.txt: ")
    assert "Traceback" not in done.stderr
    assert program(tmp_path, script, "walk").returncode == 2


def test_a_taken_port_is_named(data, port):
    done = program(data, "-m", "config.run", PORT=port, HOST="127.0.0.1")
    assert done.returncode == 1
    assert only_line(done.stderr) == (
        f"Port {port} of 127.0.0.1 is taken; choose another, say `make run PORT=8001`."
    )


@pytest.mark.parametrize("address", [{"PORT": "http"}, {"PORT": "70000"}, {"HOST": "no host"}])
def test_an_address_that_is_none_is_refused(data, address):
    done = program(data, "-m", "config.run", **address)
    assert done.returncode == 2
    assert only_line(done.stderr)


def test_a_run_answers_and_leaves_nothing_behind(data):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    log = data / "run.log"
    with started_run(data, log, PORT=port, HOST="127.0.0.1") as run:
        deadline = time.monotonic() + 300
        while "Shanhai runs at" not in log.read_text():
            assert run.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        assert f"http://127.0.0.1:{port}/ " in log.read_text()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/portal/") as page:
            assert page.status == 200
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        assert len(children) == 2  # the web server and the worker
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(timeout=60) == 0
    assert not [number for number in children if Path(f"/proc/{number}").exists()]
    home = (data / "postgres").resolve().parent
    assert not answers(str(home / "socket"))
