"""Whether an archive agrees with itself: nothing is unpacked, nothing is believed but the bytes.

Rule: every member is read to its end and compared with the manifest; each fault is one sentence.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.utils.translation import gettext as _

from core.archives import CHUNK, MANIFEST, SUMS, is_safe

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)


@dataclass
class Verdict:
    """What was looked at, what does not agree, and what was missing when the archive was taken."""

    count: int = 0
    faults: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def verdict_of(file: IO[bytes]) -> Verdict:
    verdict = Verdict()
    try:
        with zipfile.ZipFile(file) as archive:
            verdict.faults += _look_at(archive, verdict)
    except UNREADABLE as error:
        verdict.faults.append(_("This is no whole zip file: %(error)s.") % {"error": error})
    return verdict


def _look_at(archive: zipfile.ZipFile, verdict: Verdict) -> Iterator[str]:
    names = [entry.filename for entry in archive.infolist()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _("%(path)s is in the archive twice.") % {"path": name}
    for name in names:
        if not is_safe(name):
            yield _("%(path)s is a name that could leave the folder.") % {"path": name}
    if not {MANIFEST, SUMS} <= set(names):
        yield _("There is no manifest in it.")
        return
    try:
        manifest = json.loads(archive.read(MANIFEST))
        listed = {one["path"]: one for one in manifest["files"]}
        split = (line.split("  ", 1) for line in _lines(archive))
        sums = {name: digest for digest, name in split}
        verdict.missing = [str(one["path"]) for one in manifest.get("missing", ())]
    except (ValueError, KeyError, TypeError, AttributeError):
        yield _("The manifest cannot be read.")
        return
    yield from _members(archive, names, listed, sums, verdict)


def _lines(archive: zipfile.ZipFile) -> list[str]:
    return archive.read(SUMS).decode().splitlines()


def _members(
    archive: zipfile.ZipFile,
    names: list[str],
    listed: dict[str, dict[str, Any]],
    sums: dict[str, str],
    verdict: Verdict,
) -> Iterator[str]:
    for name in [name for name in [*listed, *sums] if name not in names]:
        yield _("%(path)s stands in the manifest and is not in the archive.") % {"path": name}
    for name in dict.fromkeys(names):
        if name == SUMS:
            continue
        verdict.count += 1
        facts = {} if name == MANIFEST else listed.get(name)
        if facts is None or name not in sums:
            yield _("%(path)s is in the archive and not in the manifest.") % {"path": name}
            continue
        try:
            digest, size = _measured(archive, name)
        except UNREADABLE as error:
            yield _("%(path)s cannot be read: %(error)s.") % {"path": name, "error": error}
            continue
        yield from _compared(name, digest, size, facts, sums[name])


def _measured(archive: zipfile.ZipFile, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with archive.open(name) as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _compared(name: str, digest: str, size: int, facts: dict, summed: str) -> Iterator[str]:
    said = {summed, facts.get("sha256", digest)}
    if said != {digest} or facts.get("size", size) != size:
        yield _("%(path)s is not what the manifest says it is.") % {"path": name}
    for key in ("recorded_sha256", "content_hash"):
        if facts.get(key, digest) != digest:
            yield _("%(path)s is not what was recorded: its hash was %(hash)s.") % {
                "path": name,
                "hash": facts[key],
            }
