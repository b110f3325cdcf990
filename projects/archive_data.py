"""A project in plain values, for its archive: rows, decisions, history, and its money as a sheet.

Rule: what is in it follows from the models; a kind of row that is added to projects is in it by
itself, as far as its reader may read that kind.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet

from core.attachments import Attachment
from core.models import Decision
from core.notes import view_permission
from core.timeline import timeline_of
from projects.books import Account, accounts_of
from projects.models import PARTS, Alarm, FundingLine, Project, SetAside, ToldApart

NOT_KEPT = {"grams", "found_by", "pinyin"}
WITHOUT_RIGHT = (*PARTS, FundingLine, ToldApart)  # read with the project itself
COMMANDS = ("=", "+", "-", "@", "\t", "\r")  # what a sheet would take for a formula


def about(file: Attachment) -> dict[str, Any]:
    """What the manifest says of a file beside its size and hash."""
    return {
        "recorded_sha256": file.sha256,
        "original_name": file.file_name,
        "kind": file.kind_id,
        "title": file.title,
        "document_number": file.document_number,
        "dated_on": file.dated_on and file.dated_on.isoformat(),
        "taken_at": file.taken_at and file.taken_at.isoformat(),
        "entry": f"{file.entry_kind}:{file.entry_id}" if file.entry_kind else "",
        "added_by": str(file.uploaded_by),
        "added_at": file.uploaded_at.isoformat(),
        "withdrawn_because": file.withdrawn_because,
    }


def path_of_decision(number: str, decision: Decision) -> str:
    return f"decisions/{number}-{decision.pk}-{decision.move}.json"


def rows_of_lines(project: Project) -> dict[str, QuerySet]:
    """What stands under the project's funding lines, such as payments, by its name."""
    models = (relation.related_model for relation in FundingLine._meta.related_objects)
    return {
        model._meta.model_name: model.objects.filter(line__project=project)
        for model in models
        if model._meta.app_label == "projects"
    }


def data_of(project: Project, reader, decisions, files, paths) -> dict[str, Any]:
    """Everything about the project in plain values."""
    found: dict[str, Any] = {"project": _row(project)}
    hidden = Project._meta.get_fields(include_hidden=True)
    for relation in (field for field in hidden if field.one_to_many or field.one_to_one):
        if (rows := _readable(relation, project, reader)) is not None:
            name = relation.related_model._meta.model_name
            found[name] = found.get(name, []) + [_row(row) for row in _rows(rows)]
    for name, rows in rows_of_lines(project).items():
        if reader.has_perm(view_permission(rows.model)):
            found[name] = [_row(row) for row in _rows(rows)]
    if reader.has_perm(view_permission(Alarm)):
        set_asides = SetAside.objects.filter(alarm__project=project)
        found["setaside"] = [_row(row) for row in _rows(set_asides)]
    found["decisions"] = [_decision(number, row) for number, row in decisions]
    found["files"] = [{"path": paths[file.pk]} | about(file) for file in files]
    found["history"] = [_told(entry) for entry in timeline_of(project, reader=reader, limit=None)]
    return found


def _readable(relation, project: Project, reader) -> QuerySet | None:
    """The rows of one kind that belong to the project; None where the reader reads none."""
    model = relation.related_model
    if model._meta.app_label != "projects" or hasattr(model, "pgh_obj"):
        return None
    if not issubclass(model, WITHOUT_RIGHT) and not reader.has_perm(view_permission(model)):
        return None
    rows = model._default_manager.filter(**{relation.field.name: project})
    seen = getattr(model._default_manager.all(), "visible_to", None)
    return rows.filter(pk__in=seen(reader).values("pk")) if seen else rows


def _rows(rows: QuerySet) -> QuerySet:
    names = [field.name for field in rows.model._meta.concrete_fields if field.is_relation]
    return rows.select_related(*names).order_by("pk")


def _row(row: Model) -> dict[str, Any]:
    return {
        field.name: _value(row, field)
        for field in row._meta.concrete_fields
        if field.name not in NOT_KEPT
    }


def _value(row: Model, field) -> Any:
    if field.is_relation:
        other = getattr(row, field.name)
        return other and {"id": other.pk, "is": getattr(other, "number", "") or str(other)}
    return _plain(getattr(row, field.attname))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _decision(number: str, row: Decision) -> dict[str, Any]:
    return {
        "of": number,
        "move": row.move,
        "from": row.from_status,
        "to": row.to_status,
        "step": row.step and str(row.step),
        "decided_by": str(row.decided_by),
        "on_behalf_of": row.on_behalf_of and str(row.on_behalf_of),
        "decided_at": row.decided_at.isoformat(),
        "note": row.note,
        "content_hash": row.content_hash,
        "content": path_of_decision(number, row) if row.text else None,
    }


def _told(entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "what": str(entry.what),
        "who": entry.who,
        "at": entry.at.isoformat(),
        "note": entry.note,
        "changes": [[str(part) for part in change] for change in entry.changes],
        "files": [file.title for file in entry.files],
    }


# -- money ----------------------------------------------------------------------------------------

HEAD = ("fund", "entry", "number", "day", "state", "in", "out", "payee", "for", "voucher", "posted")


def money_of(project: Project) -> bytes:
    """The project's money as a sheet: what came in and what went out, fund by fund."""
    text = io.StringIO()
    sheet = csv.DictWriter(text, HEAD, restval="")
    sheet.writeheader()
    for account in accounts_of(project):
        for row in _money_rows(account):
            cells = {"fund": account.line.fund.name_zh} | row
            sheet.writerow({name: _cell(value) for name, value in cells.items()})
    return text.getvalue().encode("utf-8-sig")


def _money_rows(account: Account) -> Iterator[dict[str, Any]]:
    if account.bound_amount:
        yield {"entry": "bound gifts", "in": account.bound_amount}
    for row in account.allocations:
        yield _entry("allocation", row, row.allocated_on) | {"in": row.amount}
    for row in account.payments:
        yield _entry("payment", row, row.paid_on or row.requested_on) | {
            "out": row.amount,
            "payee": row.payee,
            "for": row.purpose_zh,
            "voucher": row.voucher,
        }
    for row in account.line.surpluses.order_by("pk"):
        yield _entry("surplus", row, row.returned_on) | {"out": row.amount, "for": row.reason}


def _entry(word: str, row, day) -> dict[str, Any]:
    facts = {"entry": word, "number": row.number, "day": day, "state": row.status}
    return facts | {"posted": row.movement_id}


def _cell(value: Any) -> str:
    """A cell that no sheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(COMMANDS) else text
