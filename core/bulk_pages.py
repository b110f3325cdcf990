"""The pages of moving several records: the confirmation of what was ticked, and the result.

Rule: a key outside the reader's scope is passed over as if it did not exist; a page that is sent
twice moves nothing twice, since it carries the token of what it asks for.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import modelform_factory
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core.bulk import MOST, moves_for, run
from core.bulk_moves import BulkMove
from core.formatting import number
from core.lifecycle import WORKFLOWS, Move, Workflow
from core.requests import Request
from core.views import RECORD_TYPES, MoveForm, Records, records_named
from core.workflow import may_ever


@require_POST
def confirm(request: Request, app: str, name: str) -> HttpResponse:
    """Shows what was ticked and asks what to do with it, then for the note; then does it."""
    records = records_named(request, app, name)
    if not hasattr(records.model, "workflow_name"):
        raise Http404
    workflow = WORKFLOWS[records.model.workflow_name]
    rows, refusal = _ticked(request, records)
    if refusal:
        messages.warning(request, refusal)
        return redirect(f"{records.url('list')}?{records.listed(request).query()}")
    moves = list(moves_for(request.user, workflow, {row.status for row in rows}))
    move = workflow.by_move.get(request.POST.get("move", ""))
    if move and not may_ever(request.user, move.permission):
        raise PermissionDenied(_("Your role does not include this move."))
    is_last = "token" in request.POST
    if move is None or (move not in moves and not is_last):
        return _page(request, records, rows, moves=moves, status=409 if move else 200)
    typed: Any = modelform_factory(records.model, form=MoveForm, fields=())
    form = typed(
        request.POST if is_last else None, instance=records.model(), move=move, user=request.user
    )
    if not is_last or not form.is_valid():
        return _page(request, records, rows, move=move, form=form, status=422 if is_last else 200)
    bulk = _asked(request, workflow, move, form.cleaned_data["note"], rows)
    run(bulk)
    return redirect("core:bulk-result", bulk.pk)


def _ticked(request: Request, records: Records) -> tuple[list[Any], str]:
    """The records that were ticked, as far as the reader may see them; or why they are none."""
    if "all" in request.POST:
        keys = [place.pk for place in records.listed(request).order().behind(None, MOST + 1)]
    else:
        typed = request.POST.getlist("pk")
        keys = list(dict.fromkeys(int(k) for k in typed if k.isdecimal() and len(k) < 19))
    if len(keys) > MOST:
        return [], _("At most %(most)s records go at once; narrow the filter.") % {
            "most": number(MOST)
        }
    found = records.rows(records.visible(request)).in_bulk(keys)
    rows = [found[key] for key in keys if key in found]
    return rows, "" if rows else _("Tick the rows first.")


def _asked(request: Request, workflow: Workflow, move: Move, note: str, rows: list) -> BulkMove:
    """The bulk move of the page's token: a page that is sent twice asks once."""
    try:
        token = uuid.UUID(request.POST["token"])
    except ValueError as error:
        raise Http404 from error
    bulk, _is_new = BulkMove.objects.get_or_create(
        pk=token,
        defaults={
            "made_by": request.user,
            "workflow": workflow.name,
            "move": move.name,
            "note": note,
            "record_ids": [row.pk for row in rows],
        },
    )
    if bulk.made_by_id != request.user.pk:
        raise Http404
    return bulk


def _page(request: Request, records: Records, rows: list, *, status: int = 200, **more: Any):
    listed = records.listed(request)
    column, word = records.money
    amounts = [getattr(row, column) for row in rows] if column else []
    context = {
        "title": more["move"].label if "move" in more else _("Several records at once"),
        "amount": sum(amount for amount in amounts if amount is not None) if column else None,
        "amount_word": word,
        "rows": list(zip(rows, amounts, strict=True)) if column else [(row, None) for row in rows],
        "token": request.POST.get("token") or uuid.uuid4(),
        "list_title": records.title,
        "list_url": f"{records.url('list')}?{listed.query()}",
    } | more
    return render(request, "core/bulk_confirm.html", context, status=status)


@dataclass(frozen=True)
class Tried:
    """A record of a bulk move as the result shows it; `outcome` is None while it waits its turn."""

    record: Any
    outcome: Any


@require_http_methods(["GET", "HEAD", "POST"])
def result(request: Request, pk: uuid.UUID) -> HttpResponse:
    """What became of each record; POST goes on with a bulk move that was broken off."""
    bulk = get_object_or_404(BulkMove, pk=pk, made_by=request.user)
    if request.method == "POST":
        run(bulk)
        return redirect("core:bulk-result", bulk.pk)
    model = WORKFLOWS[bulk.workflow].model
    records = next(kind for kind in RECORD_TYPES if kind.model is model)
    found = records.rows(records.visible(request)).in_bulk(bulk.record_ids)
    outcomes = {outcome.record_id: outcome for outcome in bulk.outcomes.all()}
    tried = [Tried(found[key], outcomes.get(key)) for key in bulk.record_ids if key in found]
    done = [one for one in tried if one.outcome and not one.outcome.reason]
    refused = [one for one in tried if one.outcome and one.outcome.reason]
    context = {
        "bulk": bulk,
        "title": ngettext("%(count)s record: %(move)s", "%(count)s records: %(move)s", len(done))
        % {"count": number(len(done)), "move": bulk.wanted.done},
        "tried": sorted(tried, key=lambda one: one not in refused),
        "refused": refused,
        "left": len(tried) - len(done) - len(refused),
        "list_title": records.title,
        "list_url": records.url("list"),
    }
    return render(request, "core/bulk_result.html", context)
