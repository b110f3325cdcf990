"""No page, admin action, inline or statement reaches a state or a row that a life cycle forbids.

Rule: nothing is named here. Life cycles, their parts, the kinds of entries, the admin's models and
our addresses are read from where they are registered, so that a new one is tried by itself.
"""

import json
import re

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.forms import CharField, Textarea, TextInput
from django.urls import reverse

from core.conflicts import names_of, untouched
from core.lifecycle import WORKFLOWS
from core.models import Decision, LifeCycle
from core.workflow import is_editable
from projects.entries import KINDS
from projects.entry_admin import ROWS
from tests.test_access import Things, address, client_for, rows
from tests.test_entries import TYPED, Desk
from tests.walk import Walk

OTHER = {  # another value of the same type, whatever stands there
    "text": "{0} || 'x'",
    "character varying": "{0} || 'x'",
    "integer": "coalesce({0}, 0) + 1",
    "smallint": "coalesce({0}, 0) + 1",
    "bigint": "coalesce({0}, 0) + 1",
    "numeric": "coalesce({0}, 0) + 1",
    "double precision": "coalesce({0}, 0) + 1",
    "boolean": "NOT {0}",
    "date": "coalesce({0}, '2010-01-01') + 1",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 day'",
    "jsonb": "'{{\"x\": 1}}'",
    "ARRAY": "NULL",
}
TABLES = {
    model._meta.db_table
    for workflow in WORKFLOWS.values()
    for model in (workflow.model, *workflow.parts)
} | {kind.model._meta.db_table for kind in ROWS}


TYPED_ELSEWHERE = {"amendment"}  # on the form of its project


def is_refused(sql: str, *parameters) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            transaction.set_rollback(True)
            return cursor.rowcount == 0
    except DatabaseError:
        return True


def columns_of(table: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        return cursor.fetchall()


def picture(*tables: str) -> dict[tuple[str, int], dict]:
    """Every row of these case tables, or of all, as it stands."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables or TABLES:
            cursor.execute(f"SELECT id, to_jsonb(t) - 'updated_at' FROM {table} t")
            found |= {(table, key): json.loads(row) for key, row in cursor.fetchall()}
    return found


def unsound(*names: str) -> list[str]:
    """Records whose state does not follow from a chain of legal decisions."""
    faults = []
    for workflow in (WORKFLOWS[name] for name in names or WORKFLOWS):
        legal = {
            (move.name, source, target)
            for move in workflow.moves
            for source in move.source
            for target in ({move.target, source} if move.route else {move.target})
        } | {("amend", state, state) for state in workflow.amended_in}
        for record in workflow.model._base_manager.all():
            state = workflow.initial
            for one in Decision.objects.of(record):
                step = (one.move, one.from_status, one.to_status)
                if one.from_status != state or step not in legal:
                    faults.append(f"{record.number}: {step} from {state}")
                state = one.to_status
            if record.status != state:
                faults.append(f"{record.number} is {record.status}, not {state}")
    return faults


def is_open(table: str, before: dict) -> bool:
    """Whether the content of this row could be changed by anybody as it stood."""
    for workflow in WORKFLOWS.values():
        if workflow.model._meta.db_table == table:
            return before["status"] in workflow.editable
    return True


# -- statements -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_no_statement_of_the_web_reaches_what_is_forbidden(name, make, cast):
    """From every state: no other state, no content once frozen, no other part, no deletion."""
    workflow = WORKFLOWS[name]
    table = workflow.model._meta.db_table
    free = set(LifeCycle.objects.get(pk=name).free_columns) | {"status_at"}
    left = []

    def attempt(what: str, sql: str, *parameters) -> None:
        if not is_refused(sql, *parameters):
            left.append(what)

    def look(record):
        here, key = f"{name} {record.status}", record.pk
        for state in workflow.by_value:
            if state != record.status:
                sql = f"UPDATE {table} SET status = %s WHERE id = %s"
                attempt(f"{here} becomes {state}", sql, state, key)
        attempt(f"{here} is deleted", f"DELETE FROM {table} WHERE id = %s", key)
        if is_editable(record):
            return
        for column, kind in columns_of(table):
            if column not in free:
                sql = f"UPDATE {table} SET {column} = {OTHER[kind].format(column)} WHERE id = %s"
                attempt(f"{here}: {column} is changed", sql, key)
        for part in workflow.parts:
            rows_of = f"{part._meta.db_table} WHERE {name}_id = %s"
            if not part._base_manager.filter(**{name: record}).exists():
                continue
            attempt(f"{here}: {part.__name__} goes", f"DELETE FROM {rows_of}", key)
            sql = f"UPDATE {rows_of.replace(' WHERE', ' SET id = id + 1000000 WHERE')}"
            attempt(f"{here}: {part.__name__} is another", sql, key)

    Walk(name, make, cast, look)
    assert left == []


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.name)
def test_no_statement_makes_an_entry_another_s_or_away(kind, make, cast, client_of):
    table, other = kind.model._meta.db_table, make.project_under_way()
    entry = entry_of(kind, make, cast, client_of)
    assert is_refused(f"DELETE FROM {table} WHERE id = %s", entry.pk)
    for column, value in (("project_id", other.pk), ("created_by_id", cast.stranger.pk)):
        assert is_refused(f"UPDATE {table} SET {column} = %s WHERE id = %s", value, entry.pk)
    entry.strike(by=entry.created_by, reason="错")
    sql = f"UPDATE {table} SET struck_at = NULL, struck_by_id = NULL WHERE id = %s"
    assert is_refused(sql, entry.pk)


def entry_of(kind, make, cast, client_of):
    """An entry of this kind, as its own page makes it."""
    desk = Desk(make, cast, client_of)
    if kind.name in KINDS:
        return desk.entered(kind.name)
    report = desk.entered("progressreport")
    quantity = desk.project.quantities.get()
    return kind.model.objects.create(
        project=desk.project,
        progress=report,
        quantity=quantity,
        done=1,
        created_by=report.created_by,
    )


# -- the admin ------------------------------------------------------------------------------------


@pytest.fixture
def mighty(cast):
    """Somebody of the city with every role at once: only the rules themselves are in the way."""
    cast.officer2.groups.set(Group.objects.exclude(name__in=["auditor", "donor"]))
    return get_user_model().objects.get(pk=cast.officer2.pk)


def forged(model) -> dict:
    """What somebody sends who knows the names of the columns and not the form."""
    values = {field.name: "1" for field in model._meta.concrete_fields}
    return values | {"status": "approved", "name_zh": "别的", "amount": "1", "note": "x"}


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_no_form_and_no_action_of_the_admin_goes_past_a_life_cycle(
    name, make, cast, client_of, mighty
):
    workflow = WORKFLOWS[name]
    model, meta = workflow.model, workflow.model._meta
    here = f"/admin/{meta.app_label}/{meta.model_name}/"
    assert model in admin.site._registry
    moves = [move.name for move in workflow.moves]
    clients = {user.pk: client_of(user) for user in (mighty, cast.stranger)}

    def attempt(record, user, url: str, data: dict) -> None:
        tables = () if user == cast.stranger else (meta.db_table,)
        before = picture(*tables)
        with transaction.atomic():
            clients[user.pk].post(url, data)
            assert unsound(name) == [], (record.status, url, data)
            key = (meta.db_table, record.pk)
            after = picture(*tables)
            assert key in after
            if not is_open(meta.db_table, before[key]) or user == cast.stranger:
                same = set(before[key]) - {"status", "status_at", "editors", "movement_id"}
                asked = {asked for move in workflow.moves for asked in move.asks}
                same -= asked | {f"{one}_id" for one in asked} | {"receipt_number"}
                assert {k: after[key][k] for k in same} == {k: before[key][k] for k in same}
            if user == cast.stranger:
                assert after == before
            transaction.set_rollback(True)

    def look(record):
        for user in (mighty, cast.stranger):
            attempt(record, user, f"{here}{record.pk}/change/", forged(model))
            attempt(record, user, f"{here}{record.pk}/delete/", {"post": "yes"})
            for move in [*moves, "delete_selected"]:
                data = {"action": move, ACTION_CHECKBOX_NAME: [record.pk], "note": "x"}
                attempt(record, user, here, data | {"post": "yes", "index": "0"})

    Walk(name, make, cast, look)


def sent(page) -> dict:
    """What a browser sends of a change form of the admin that nobody touches."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = [field for form in forms for field in form]
    return {
        name: values
        for field in fields
        for name, values in zip(names_of(field), untouched(field), strict=True)
    }


def text_of(page) -> str:
    """The name of a field of plain text in a change form of the admin, if there is one."""
    form = page.context["adminform"].form
    own = {field.name for field in form._meta.model._meta.fields}
    texts = (
        name
        for name, field in form.fields.items()
        if name in own and type(field.widget) in (TextInput, Textarea) and type(field) is CharField
    )
    return next(texts, "")


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_a_whole_form_of_the_admin_changes_a_record_while_it_is_open_and_never_after(
    name, make, cast, client_of
):
    workflow = WORKFLOWS[name]
    meta, typed = workflow.model._meta, {}
    found = {"open": 0, "frozen": 0}

    def look(record):
        url = f"/admin/{meta.app_label}/{meta.model_name}/{record.pk}/change/"
        client = client_of(record.created_by)
        page = client.get(url)
        if page.status_code == 200 and text_of(page):
            typed.update(sent(page) | {text_of(page): "改过的字句"})
        before = picture(meta.db_table)[meta.db_table, record.pk]
        with transaction.atomic():
            client.post(url, typed)
            after = picture(meta.db_table)[meta.db_table, record.pk]
            transaction.set_rollback(True)
        is_changed = "改过的字句" in after.values()
        if is_editable(record):
            found["open"] += is_changed
        else:
            found["frozen"] += 1
            assert not is_changed and after["status"] == before["status"], record.status

    Walk(name, make, cast, look)
    assert found["frozen"] and (found["open"] or name in TYPED_ELSEWHERE), found


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.name)
def test_the_admin_lets_no_stranger_at_an_entry_and_nobody_delete_one(
    kind, make, cast, client_of, mighty
):
    entry = entry_of(kind, make, cast, client_of)
    meta = kind.model._meta
    here = f"/admin/{meta.app_label}/{meta.model_name}/"
    before = picture()
    actions = [*admin.site._registry[kind.model].actions, "delete_selected"]
    for user, urls in (
        (cast.stranger, (f"{here}{entry.pk}/change/", f"{here}{entry.pk}/delete/")),
        (mighty, (f"{here}{entry.pk}/delete/",)),
    ):
        for url in urls:
            client_of(user).post(url, forged(kind.model) | {"post": "yes"})
            assert picture() == before, url
    for action in actions:
        data = {"action": action, ACTION_CHECKBOX_NAME: [entry.pk], "note": "x", "post": "yes"}
        client_of(cast.stranger).post(here, data)
        assert picture() == before, action


def test_no_admin_deletes_and_every_case_table_is_held_by_its_scope(make, cast, client_of, rf):
    """Whatever is registered tomorrow: no deletion, and a stranger's list leaves ours out."""
    request = rf.get("/admin/")
    request.user = cast.officer
    for model, registered in admin.site._registry.items():
        if model._meta.db_table in TABLES:
            assert not registered.has_delete_permission(request), model
            for inline in registered.inlines:
                assert not inline(model, admin.site).has_delete_permission(request), inline


# -- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["nobody", "stranger", "donor", "sysadmin", "auditor"])
def test_no_address_changes_a_record_of_those_who_are_not_asked(person, make, cast):
    """Every address of the table is sent to, with columns nobody asked for."""
    things, client = Things(make), client_for(cast, person)
    addresses = [address(name, thing, things) for name, thing, _statuses in rows()]
    before = picture()
    for url in addresses:
        client.post(url, {"status": "closed", "note": "x", "reason": "x", "name_zh": "别的"})
        after = picture() if re.search(r"\d", url) else before
        assert {key: after.get(key) for key in before} == before, url
    assert unsound() == []


@pytest.mark.parametrize("person", ["reporter", "officer", "approver"])
def test_no_address_goes_past_a_life_cycle(person, make, cast):
    """Those who are asked move what the table lets them, and nothing frozen changes with it."""
    things, client = Things(make), client_for(cast, person)
    addresses = [address(name, thing, things) for name, thing, _statuses in rows()]
    before = picture()
    for url in addresses:
        client.post(url, {"status": "closed", "note": "x", "reason": "x", "name_zh": "别的"})
    after = picture()
    assert unsound() == [] and before.keys() <= after.keys()
    for (table, key), row in before.items():
        if not is_open(table, row):
            assert after[table, key].get("name_zh") == row.get("name_zh"), (table, key)


def test_every_kind_of_entry_is_tried_here():
    assert set(KINDS) <= set(TYPED) and {kind.name for kind in ROWS} >= set(KINDS)
    assert reverse("core:start") == "/"
