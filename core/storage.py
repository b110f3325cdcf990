"""Where files lie: below MEDIA_ROOT, each content once, under the name of its SHA-256.

Rule: a file is whole on the disk before it has its name, and has its name before a row knows it. A
process that is killed leaves at most a file without a row, which the night sweeps away.
"""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import connection, transaction

from core.attachments import Attachment

DAY = 24 * 3600
CHUNK = 1024 * 1024
LOCK = "hashtext('core.storage')"


def path_of(sha256: str) -> Path:
    """The place of a file by the hash of its content."""
    return Path(settings.MEDIA_ROOT, "files", sha256[:2], sha256)


def copy_path(sha256: str, edge: int) -> Path:
    """The place of the shrunk copy of a picture, whose longer edge has at most `edge` pixels."""
    return Path(settings.MEDIA_ROOT, "copies", sha256[:2], f"{sha256}-{edge}.jpg")


def hash_of(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def land(file: File, sha256: str) -> None:
    """Puts a file in its place, before the row that names it and in the same transaction.

    Until that ends the night's sweep waits, so that it never takes what is about to be named.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({LOCK})")
    path = path_of(sha256)
    if path.exists():
        os.utime(path)
        return
    write(path, file.chunks(CHUNK))


def write(path: Path, chunks: Iterator[bytes]) -> None:
    """Writes a file whole or not at all: first under another name, on the disk, then renamed."""
    folder = _folder(path.parent)
    incoming = _folder(Path(settings.MEDIA_ROOT, "incoming"))
    descriptor, name = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(descriptor, "wb") as target:
            for chunk in chunks:
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(folder)


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _sync(folder: Path) -> None:
    """Brings the new name itself to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Held while a picture is opened: a large one takes 200 MB, so they go one after the other."""
    with open(_folder(Path(settings.MEDIA_ROOT)) / "pictures.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sweep() -> int:
    """Removes what no row names and what a killed process left, a day old; answers how many."""
    return sum((_sweep_files(), _sweep_incoming(), _sweep_copies()))


def _sweep_files() -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
        old = [path for path in _files("files") if _is_old(path)]
        named: set[str] = set()
        for start in range(0, len(old), 1000):
            names = [path.name for path in old[start : start + 1000]]
            rows = Attachment.objects.filter(sha256__in=names).order_by()
            named.update(rows.values_list("sha256", flat=True))
        return _remove(path for path in old if path.name not in named)


def _sweep_incoming() -> int:
    return _remove(path for path in _files("incoming") if _is_old(path))


def _sweep_copies() -> int:
    return _remove(
        path for path in _files("copies") if not path_of(path.name.partition("-")[0]).exists()
    )


def _files(folder: str) -> Iterator[Path]:
    return (path for path in Path(settings.MEDIA_ROOT, folder).rglob("*") if path.is_file())


def _is_old(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > DAY


def _remove(paths: Iterator[Path]) -> int:
    count = 0
    for path in list(paths):
        path.unlink(missing_ok=True)
        count += 1
    return count
