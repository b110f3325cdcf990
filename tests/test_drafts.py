"""What is typed is kept: drafts of forms, private and never a record; a form is saved once."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django import forms
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.drafts import MOST_DRAFTS, Opened, pairs_of, sweep
from core.forms import RecordForm
from core.models import FormDraft, SentForm
from projects.models import Project
from tests.typed import project_typed


@pytest.fixture
def typed(make):
    return lambda **changes: project_typed(make, **changes)


def keys_of(page) -> dict:
    """The hidden keys of the form on a page."""
    found = re.findall(r'type="hidden" name="(form_\w+)" value="([^"]*)"', page.content.decode())
    return {name: value.replace("&quot;", '"') for name, value in found}


def keep(client, page, data):
    return client.post("/drafts/", keys_of(page) | data)


# -- kept ---------------------------------------------------------------------------------------


def test_what_is_typed_comes_back_and_is_no_record(typed, cast, client_of):
    client = client_of(cast.reporter)
    answer = keep(client, client.get("/projects/new/"), typed(agreed_amount="１２，０００.５５５"))
    assert answer.status_code == 200 and re.fullmatch(r"\d\d:\d\d", answer.json()["at"])
    assert not Project.objects.exists()
    draft = FormDraft.objects.get()
    page = client.get("/projects/new/").content.decode()
    assert f"draft={draft.token}" in page and "There is a draft of" in page
    opened = client.get(f"/projects/new/?draft={draft.token}")
    text = opened.content.decode()
    assert 'value="１２，０００.５５５"' in text and "冗渡镇 12 口水窖" in text
    assert opened.context["form"].errors == {} and "data-errors" not in text
    assert keys_of(opened)["form_token"] == str(draft.token)


def test_a_draft_of_an_edit_comes_back_over_its_record(make, typed, cast, client_of):
    project, other = make.project(), make.project()
    client = client_of(cast.reporter)
    path = f"/projects/{project.pk}/edit/"
    assert keep(client, client.get(path), typed(name_zh="改过的名字")).status_code == 200
    draft = FormDraft.objects.get()
    assert draft.record_id == project.pk
    assert "改过的名字" in client.get(f"{path}?draft={draft.token}").content.decode()
    assert "There is a draft" in client.get(path).content.decode()
    for elsewhere in (f"/projects/{other.pk}/edit/", "/projects/new/"):
        assert "改过的名字" not in client.get(f"{elsewhere}?draft={draft.token}").content.decode()
    project.refresh_from_db()
    assert project.name_zh != "改过的名字"


def test_saving_takes_the_draft_away(typed, cast, client_of):
    client = client_of(cast.reporter)
    keys = keys_of(client.get("/projects/new/"))
    client.post("/drafts/", keys | typed())
    assert client.post("/projects/new/", keys | typed()).status_code == 302
    assert not FormDraft.objects.exists()
    # what was on its way meanwhile makes no draft of what is saved
    assert client.post("/drafts/", keys | typed()).json() == {"is_sent": True}
    assert not FormDraft.objects.exists()


def test_a_form_with_errors_keeps_its_draft(typed, cast, client_of):
    client = client_of(cast.reporter)
    keys = keys_of(client.get("/projects/new/"))
    client.post("/drafts/", keys | typed())
    assert client.post("/projects/new/", keys | typed(year="1890")).status_code == 422
    assert FormDraft.objects.count() == 1


def test_drafts_are_private(make, typed, cast, client_of):
    client, other = client_of(cast.reporter), client_of(cast.reporter2)
    keys = keys_of(client.get("/projects/new/"))
    client.post("/drafts/", keys | typed(name_zh="只有我看得到"))
    draft = FormDraft.objects.get()
    for path in ("/projects/new/", f"/projects/new/?draft={draft.token}", "/"):
        assert "只有我看得到" not in other.get(path).content.decode()
    other.post("/drafts/discard/", {"draft": draft.pk})
    # somebody else's token makes a draft of one's own, and leaves the other alone
    other.post("/drafts/", keys | typed(name_zh="别人的"))
    draft.refresh_from_db()
    assert ["name_zh", "只有我看得到"] in draft.data
    assert FormDraft.objects.filter(owner=cast.reporter2).count() == 1


def test_who_may_not_type_keeps_no_draft(make, typed, cast, client_of):
    project = make.project()
    new, edit = {"form_key": "projects:project"}, {"form_record": project.pk}
    token = {"form_token": uuid4()}
    for user, keys, status in (
        (cast.approver, new, 403),
        (cast.stranger, new | edit, 404),
        (cast.officer, new | edit, 403),
        (cast.reporter, {"form_key": "projects:secret"}, 404),
        (cast.reporter, new | {"form_record": "9" * 30}, 404),
        (cast.reporter, new | {"form_record": "x"}, 404),
    ):
        assert client_of(user).post("/drafts/", token | typed() | keys).status_code == status
    assert not FormDraft.objects.exists()


def test_a_draft_is_discarded(typed, cast, client_of):
    client = client_of(cast.reporter)
    keep(client, client.get("/projects/new/"), typed())
    draft = FormDraft.objects.get()
    data = {"draft": draft.pk, "next": "/projects/new/"}
    assert client.post("/drafts/discard/", data)["Location"] == "/projects/new/"
    assert not FormDraft.objects.exists()
    for strange in ("https://example.org/", "//example.org", "javascript:alert(1)"):
        answer = client.post("/drafts/discard/", {"draft": "x", "next": strange})
        assert answer["Location"] == "/"


class SecretForm(RecordForm):
    word = forms.CharField(widget=forms.PasswordInput)
    paper = forms.FileField()

    class Meta(RecordForm.Meta):
        model = Project
        fields = ["name_zh"]


def test_passwords_files_and_tokens_are_never_kept():
    data = QueryDict(
        "name_zh=水窖&word=geheim&paper=C:\\x.pdf&csrfmiddlewaretoken=abc&form_token=1&other=2"
    )
    assert pairs_of(data, SecretForm) == [["name_zh", "水窖"]]


def test_a_draft_has_a_longest_length(typed, cast, client_of):
    client = client_of(cast.reporter)
    page = client.get("/projects/new/")
    assert keep(client, page, typed(need="旱" * 190_000)).status_code == 200
    assert keep(client, page, typed(need="旱" * 200_000)).status_code == 413
    assert keep(client, page, typed(need='"\\\n' * 100_000)).status_code == 413
    assert keep(client, page, typed(need="旱\x00灾")).status_code == 200
    assert ["need", "旱灾"] in FormDraft.objects.get().data


def test_the_oldest_drafts_give_way(cast):
    for _i in range(MOST_DRAFTS + 1):
        Opened(cast.reporter, "projects:project", None, uuid4()).keep([["name_zh", "水窖"]])
    assert FormDraft.objects.filter(owner=cast.reporter).count() == MOST_DRAFTS


def test_old_drafts_are_swept_away(cast):
    for _i in range(2):
        Opened(cast.reporter, "projects:project", None, uuid4()).keep([])
    old = FormDraft.objects.first()
    FormDraft.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=61))
    sweep(timezone.now())
    assert list(FormDraft.objects.values_list("pk", flat=True)) == [old.pk - 1]


def test_a_form_costs_the_same_with_one_draft_and_with_many(typed, cast, client_of):
    client = client_of(cast.reporter)
    counts = set()
    for _i in range(3):
        keep(client, client.get("/projects/new/"), typed())
        with CaptureQueriesContext(connection) as queries:
            client.get("/projects/new/")
        counts.add(len(queries))
    assert len(counts) == 1


@pytest.mark.parametrize("token", ["", "x", "1" * 400, "c2f7a9a0-0000-4000-8000-000000000000"])
def test_a_strange_token_is_no_fault(typed, cast, client_of, token):
    client = client_of(cast.reporter)
    assert client.get(f"/projects/new/?draft={token}").status_code == 200
    data = typed(form_token=token, form_version="{", form_key="x", form_record="y")
    assert client.post("/projects/new/", data).status_code == 302


# -- sent once ------------------------------------------------------------------------------------


def test_a_form_sent_twice_makes_one_record(typed, cast, client_of):
    client = client_of(cast.reporter)
    keys = keys_of(client.get("/projects/new/"))
    first = client.post("/projects/new/", keys | typed())
    second = client.post("/projects/new/", keys | typed())
    assert first["Location"] == second["Location"] and Project.objects.count() == 1
    told = client.get(second["Location"]).content.decode()
    assert "This form was saved already" in told
    again = client.get(f"/projects/new/?draft={keys['form_token']}")
    assert again["Location"] == first["Location"]


def test_a_form_changed_after_it_was_saved_asks_before_it_makes_another(typed, cast, client_of):
    client = client_of(cast.reporter)
    keys = keys_of(client.get("/projects/new/"))
    client.post("/projects/new/", keys | typed())
    back = client.post("/projects/new/", keys | typed(name_zh="另一个项目"))
    assert back.status_code == 409 and Project.objects.count() == 1
    text = back.content.decode()
    assert Project.objects.get().number in text and "另一个项目" in text
    client.post("/projects/new/", keys_of(back) | typed(name_zh="另一个项目"))
    assert Project.objects.count() == 2


def test_a_form_that_failed_may_be_sent_again(typed, cast, client_of):
    client = client_of(cast.reporter)
    keys = keys_of(client.get("/projects/new/"))
    assert client.post("/projects/new/", keys | typed(year="1890")).status_code == 422
    assert not SentForm.objects.exists()
    assert client.post("/projects/new/", keys | typed()).status_code == 302


def test_the_token_of_another_person_stands_in_nobodys_way(make, typed, cast, client_of):
    first, second = client_of(cast.reporter), client_of(cast.reporter2)
    keys = keys_of(first.get("/projects/new/"))
    for client in (first, second):
        assert client.post("/projects/new/", keys | typed()).status_code == 302
    assert Project.objects.count() == 2
