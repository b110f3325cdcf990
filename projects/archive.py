"""The archive of one project: the record as pages, as data, its money, its files, its decisions.

Rule: it holds what its reader may see on the project's page, and nothing else; every kind of row
that belongs to a project is in it by itself, without being named here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import storage
from core.alone import alone
from core.archives import Member, TakenArchive, Writer, as_json, safe_name
from core.attachments import Attachment
from core.formatting import moment
from core.middleware import language_tag
from core.models import Decision
from core.notes import view_permission
from core.requests import Request
from core.uploads import sent_name
from projects.archive_data import about, data_of, money_of, path_of_decision, rows_of_lines
from projects.models import Project
from projects.views import PROJECTS

PAGES = {"en": "record.en.html", "zh-hans": "record.zh.html"}


@dataclass
class Archive:
    """What is in the archive of a project, gathered; the files are read while it goes out."""

    project: Project
    reader: Any
    files: list[Attachment]
    left_out: list[Attachment]
    members: list[Member]
    at: datetime

    def stream(self) -> Iterator[bytes]:
        head = {
            "number": self.project.number,
            "name": self.project.name_zh,
            "as_read_by": str(self.reader),
            "taken_at": self.at.isoformat(),
            "left_out": [about(file) | {"because": "withdrawn"} for file in self.left_out],
        }
        return Writer(head, self.at).stream(self.members)

    def note_taken(self, *, by) -> TakenArchive:
        """Keeps for ever that it was taken; `by` is None where a command takes it."""
        return TakenArchive.objects.create(
            workflow=self.project.workflow_name,
            record_id=self.project.pk,
            taken_by=by,
            file_count=len(self.files),
            size=sum(file.size for file in self.files),
        )


def archive_of(request: Request, project: Project) -> Archive:
    """Gathers everything but the bytes of the files, as the request's reader sees it."""
    reader, at = request.user, timezone.now()
    rows = list(Attachment.objects.of(project).for_list().order_by("pk"))
    sees_all = reader.has_perm("core.see_withdrawn_attachment")
    files = [file for file in rows if sees_all or not file.withdrawn_at]
    paths = {file.pk: f"files/{place:03d}-{_own_name(file)}" for place, file in enumerate(files, 1)}
    decisions = list(_decisions(project, reader))
    members = [
        *(_page(request, project, code, name, paths) for code, name in PAGES.items()),
        Member("data.json", as_json(data_of(project, reader, decisions, files, paths))),
        Member("money.csv", money_of(project)),
        *_as_decided(decisions),
        Member("README.txt", _read_me(project, reader, at, files)),
        *(Member(paths[f.pk], storage.path_of(f.sha256), about(f)) for f in files),
    ]
    left_out = [file for file in rows if file not in files]
    return Archive(project, reader, files, left_out, members, at)


# -- files ----------------------------------------------------------------------------------------


def _own_name(file: Attachment) -> str:
    return safe_name(sent_name(file))


# -- pages ----------------------------------------------------------------------------------------


def _page(request: Request, project: Project, code: str, name: str, paths) -> Member:
    """The project's page as it stands, in one language, with its look in it."""
    with translation.override(code):
        context = PROJECTS.detail_context(request, project)
        html = render_to_string(PROJECTS.detail_template, context, request)
        shown = {"number": project.number, "who": request.user, "at": moment(timezone.now())}
        frame = {
            "title": f"{project.number} {project}",
            "language_tag": language_tag(),
            "demo": settings.DEMO,
            "foot": _("%(number)s, as %(who)s could read it on %(at)s.") % shown,
        }
        return Member(name, alone(html, paths, **frame))


def _read_me(project: Project, reader, at: datetime, files: list[Attachment]) -> bytes:
    gone = [file for file in files if not storage.path_of(file.sha256).is_file()]
    texts = []
    for code in PAGES:
        with translation.override(code):
            context = {"project": project, "reader": reader, "at": at, "gone": gone}
            texts.append(render_to_string("projects/archive.txt", context | {"files": files}))
    return "\n\n".join(texts).encode()


# -- decisions ------------------------------------------------------------------------------------


def _decisions(project: Project, reader) -> Iterator[tuple[str, Decision]]:
    """The decisions on the project, its amendments and its money, with the content as text."""
    for record in _with_life(project, reader):
        rows = Decision.objects.of(record).select_related("decided_by", "on_behalf_of", "step")
        for row in rows.annotate(text=Cast("content", TextField())).defer("content"):
            yield record.number, row


def _with_life(project: Project, reader) -> Iterator[Any]:
    yield project
    for rows in (project.amendments, project.allocations, *rows_of_lines(project).values()):
        if reader.has_perm(view_permission(rows.model)) and hasattr(rows.model, "workflow_name"):
            yield from rows.order_by("pk")


def _as_decided(decisions: Iterable[tuple[str, Decision]]) -> Iterator[Member]:
    """The content decided on, byte for byte as it was hashed."""
    for number, one in decisions:
        if one.text:
            about = {"content_hash": one.content_hash, "decided_at": one.decided_at.isoformat()}
            yield Member(path_of_decision(number, one), one.text.encode(), about)
