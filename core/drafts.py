"""What somebody types before it is saved: kept as a draft, offered again, sent once.

Rule: a draft belongs to the person who typed it and never becomes a record by itself; passwords,
files and tokens are not kept, and what was saved leaves no draft.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.http import QueryDict

from core.models import LONGEST_DRAFT, FormDraft, SentForm
from core.requests import Request

Pairs = list[list[str]]
MOST_DRAFTS = 100  # of one person; the oldest give way
KEPT_DAYS = 60
OFFERED = 3
NEVER_KEPT = ("password", "file")


class TooLong(Exception):
    """What was typed is longer than a draft may be."""


class Sent(Exception):
    """The form has been saved already; it is no draft any more."""


def pairs_of(data: QueryDict, form: Any) -> Pairs:
    """What was typed of a form's own fields and parts, as pairs of name and value."""
    fields = form.base_fields.items()
    secret = [name for name, field in fields if _input_type(field) in NEVER_KEPT]
    own = [name for name, field in fields if name not in secret]
    prefixes = (*form.prefixes, *(part.prefix for part in form.parts))
    parts = tuple(f"{prefix}-" for prefix in prefixes)
    return [
        [name, value.replace("\x00", "")]
        for name, values in data.lists()
        if name.startswith(parts) or (_is_of(name, own) and not _is_of(name, secret))
        for value in values
    ]


def _input_type(field) -> str:
    return getattr(field.widget, "input_type", "")


def _is_of(name: str, fields: list[str]) -> bool:
    """Whether it is the name of one of the fields, or of a piece of it, such as a unit."""
    return any(name == field or name.startswith(f"{field}_") for field in fields)


def data_of(pairs: Pairs) -> QueryDict:
    """The pairs as the data of a form that is sent."""
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return data


def _token(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


@dataclass
class Opened:
    """A form that somebody has open: its token, over which record, and what is typed in it.

    `data` is what was sent, or the draft that is gone on with; None where nothing is typed yet.
    `version` is how the record stood when the form was first shown; empty where nobody said.
    """

    owner: Any
    form: str
    record_id: int | None
    token: UUID
    data: Any = None
    version: str = ""
    draft: FormDraft | None = None
    saved_before: int | None = None

    @classmethod
    def of(cls, request: Request, form: str, record_id: int | None = None) -> "Opened":
        whose = (request.user, form, record_id)
        if request.method == "POST":
            token = _token(request.POST.get("form_token")) or uuid4()
            return cls(*whose, token, request.POST, request.POST.get("form_version", ""))
        if not (kept := _token(request.GET.get("draft"))):
            return cls(*whose, uuid4())
        draft = FormDraft.objects.of(*whose).filter(token=kept).first()
        if not draft:
            return cls(*whose, uuid4(), saved_before=_saved(request.user, kept))
        return cls(*whose, draft.token, data_of(draft.data), draft.version, draft)

    def others(self) -> list[FormDraft]:
        """The person's other drafts of this form, the newest few."""
        drafts = FormDraft.objects.of(self.owner, self.form, self.record_id)
        return list(drafts.exclude(token=self.token)[:OFFERED])

    # -- kept -------------------------------------------------------------------------------------

    def keep(self, pairs: Pairs) -> datetime:
        """Keeps what is typed as a draft, and answers when. Raises TooLong, and Sent."""
        if len(json.dumps(pairs, ensure_ascii=False)) + len(self.version) > LONGEST_DRAFT:
            raise TooLong
        if _saved(self.owner, self.token):
            raise Sent
        draft, is_new = FormDraft.objects.update_or_create(
            owner=self.owner,
            token=self.token,
            defaults={"data": pairs, "version": self.version},
            create_defaults={
                "form": self.form,
                "record_id": self.record_id,
                "data": pairs,
                "version": self.version,
            },
        )
        if is_new:
            self._let_the_oldest_go()
        return draft.updated_at

    def _let_the_oldest_go(self) -> None:
        mine = FormDraft.objects.filter(owner=self.owner).order_by("-updated_at", "-id")
        FormDraft.objects.filter(
            pk__in=list(mine.values_list("pk", flat=True)[MOST_DRAFTS:])
        ).delete()

    # -- sent once --------------------------------------------------------------------------------

    def take(self, pairs: Pairs) -> int | None:
        """Takes the token, and answers the record that the very same form made before.

        Whoever sends it at the same moment waits here until the first is done. A form that was
        changed since it was saved goes on under a new token; `saved_before` names its record.
        """
        typed_hash = hashlib.sha256(json.dumps(pairs).encode()).hexdigest()
        row = SentForm(owner=self.owner, token=self.token, typed_hash=typed_hash)
        SentForm.objects.bulk_create([row], ignore_conflicts=True)
        first = SentForm.objects.get(owner=self.owner, token=self.token)
        if first.record_id is None or first.typed_hash == typed_hash:
            return first.record_id
        self.token, self.saved_before = uuid4(), first.record_id
        return self.take(pairs)

    def done(self, record_id: int) -> None:
        """The form is saved: its token names the record, and its draft goes."""
        mine = {"owner": self.owner, "token": self.token}
        SentForm.objects.filter(**mine).update(record_id=record_id)
        FormDraft.objects.filter(**mine).delete()


def _saved(user, token: UUID) -> int | None:
    """The record of the form that this person has saved under the token."""
    mine = SentForm.objects.filter(owner=user, token=token)
    return mine.values_list("record_id", flat=True).first()


def sweep(now: datetime) -> None:
    """Lets go the drafts that nobody has come back to, and the tokens of forms long saved."""
    before = now - timedelta(days=KEPT_DAYS)
    with transaction.atomic():
        FormDraft.objects.filter(updated_at__lt=before).delete()
        SentForm.objects.filter(sent_at__lt=before).delete()
