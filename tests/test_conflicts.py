"""Two people at one record: nobody overwrites unseen, and nothing that was typed is lost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import FormDraft
from core.workflow import perform
from projects.models import Project
from tests.test_drafts import keys_of
from tests.typed import project_typed


@pytest.fixture
def typed(make):
    return lambda **changes: project_typed(make, **changes)


@pytest.fixture
def two(make, typed, cast, client_of):
    """A project, its address, and two reporters who have its form open."""
    client_of(cast.reporter).post("/projects/new/", typed())
    project = Project.objects.get()
    make.parts(project)
    path = f"/projects/{project.pk}/edit/"
    people = [(client_of(user), user) for user in (cast.reporter, cast.reporter2)]
    return project, path, [(client, keys_of(client.get(path))) for client, _user in people]


def differences_of(page) -> dict:
    return {one.key: one for one in page.context["differences"]}


def chosen(page, **choices) -> dict:
    """Everything that the conflict page sends, with what is proposed and what is chosen."""
    text = page.content.decode()
    data: dict = {}
    for name, value in page.context["typed"]:
        data.setdefault(name, []).append(value)
    proposed = {f"take-{key}": one.chosen for key, one in differences_of(page).items()}
    assert all(f'name="{name}"' in text for name in proposed)
    return data | keys_of(page) | proposed | {f"take-{key}": side for key, side in choices.items()}


def test_who_comes_second_is_shown_both_versions(two, typed, cast):
    project, path, ((first, keys), (second, other_keys)) = two
    assert first.post(path, keys | typed(need="甲写的", name_zh="甲改名")).status_code == 302
    page = second.post(path, other_keys | typed(need="乙写的", people_count="1300"))
    assert page.status_code == 409
    text = page.content.decode()
    assert re.search(r"Reporter changed this at \d\d:\d\d; both versions are below", text)
    found = differences_of(page)
    assert set(found) == {"need", "name_zh", "people_count"}
    assert (found["need"].theirs, found["need"].mine, found["need"].chosen) == (
        "甲写的",
        "乙写的",
        "",
    )
    assert found["name_zh"].chosen == "theirs" and found["people_count"].chosen == "mine"
    assert found["people_count"].theirs == "1,286" and found["people_count"].mine == "1,300"
    project.refresh_from_db()
    assert project.need == "甲写的" and project.people_count == 1286


def test_what_is_chosen_is_saved(two, typed):
    project, path, ((first, keys), (second, other_keys)) = two
    first.post(path, keys | typed(need="甲写的", name_zh="甲改名", types=["road"]))
    page = second.post(path, other_keys | typed(need="乙写的", people_count="1300"))
    assert second.post(path, chosen(page, need="mine")).status_code == 302
    project.refresh_from_db()
    assert (project.need, project.name_zh, project.people_count, project.types) == (
        "乙写的",
        "甲改名",
        1300,
        ["road"],
    )
    assert not FormDraft.objects.exists()


def test_a_third_change_meanwhile_is_a_conflict_again(two, typed):
    project, path, ((first, keys), (second, other_keys)) = two
    first.post(path, keys | typed(need="甲写的"))
    page = second.post(path, other_keys | typed(need="乙写的"))
    first.post(path, keys_of(first.get(path)) | typed(need="甲又写"))
    again = second.post(path, chosen(page, need="mine"))
    assert again.status_code == 409 and differences_of(again)["need"].theirs == "甲又写"
    assert second.post(path, chosen(again, need="theirs")).status_code == 302
    project.refresh_from_db()
    assert project.need == "甲又写"


def test_what_was_typed_is_kept_as_a_draft_too(two, typed, cast):
    _project, path, ((first, keys), (second, other_keys)) = two
    first.post(path, keys | typed(need="甲写的"))
    second.post(path, other_keys | typed(need="乙写的"))
    draft = FormDraft.objects.get(owner=cast.reporter2)
    opened = second.get(f"{path}?draft={draft.token}")
    assert "乙写的" in opened.content.decode()
    page = second.post(path, keys_of(opened) | typed(need="乙写的"))
    assert page.status_code == 409  # over the record as it was when the typing began


def test_bad_input_in_a_conflict_is_shown_as_typed_and_refused_afterwards(two, typed):
    _project, path, ((first, keys), (second, other_keys)) = two
    first.post(path, keys | typed(agreed_amount="1"))
    page = second.post(path, other_keys | typed(agreed_amount="many", year="1890"))
    assert page.status_code == 409
    assert "many" in differences_of(page)["agreed_amount"].mine
    assert differences_of(page)["agreed_amount"].theirs == "¥1.00"
    refused = second.post(path, chosen(page, agreed_amount="mine"))
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"agreed_amount", "year"}


def test_the_same_change_twice_is_no_conflict(two, typed):
    _project, path, ((first, keys), (second, other_keys)) = two
    same = typed(need="两个人写的一样")
    assert first.post(path, keys | same).status_code == 302
    assert second.post(path, other_keys | same).status_code == 302


def test_another_record_or_a_state_is_no_conflict(two, typed, make, cast):
    project, path, (_first, (second, other_keys)) = two
    make.project()
    perform(project, "submit", by=cast.reporter)
    perform(project, "return", by=cast.reviewer, note="再写")
    assert second.post(path, other_keys | typed(need="乙写的")).status_code == 302


def test_what_was_submitted_meanwhile_is_refused_with_what_was_typed(two, typed, cast):
    project, path, (_first, (second, other_keys)) = two
    perform(project, "submit", by=cast.reporter)
    answer = second.post(path, other_keys | typed(need="乙写的"))
    assert answer.status_code == 422 and "乙写的" in answer.content.decode()


def test_my_own_other_window_is_named(two, typed):
    _project, path, ((first, keys), _second) = two
    here, there = keys, keys_of(first.get(path))
    first.post(path, here | typed(need="这个窗口"))
    page = first.post(path, there | typed(need="那个窗口"))
    assert page.status_code == 409 and "You changed this at" in page.content.decode()


def test_the_record_is_locked_before_it_is_read(two, typed):
    _project, path, ((first, keys), _second) = two
    with CaptureQueriesContext(connection) as queries:
        first.post(path, keys | typed(need="甲写的"))
    of_projects = [q["sql"] for q in queries if '"projects_project"' in q["sql"]]
    assert "FOR UPDATE" in of_projects[0]


def test_a_version_that_nobody_gave_out_asks_about_every_difference(two, typed):
    _project, path, ((first, keys), _second) = two
    for strange in ("{", "[1]", '{"need": 3}', "x" * 1000):
        page = first.post(path, keys | typed(need="改了", form_version=strange))
        assert page.status_code == 409 and set(differences_of(page)) == {"need"}


@pytest.mark.parametrize("kind", ["payment", "appropriation", "course", "donor", "goods"])
def test_every_kind_of_record_is_guarded(make, cast, client_of, kind):
    """The form as it was opened is sent back after somebody has changed a word of it."""
    record = getattr(make, kind)()
    client = client_of({"donor": cast.clerk, "goods": cast.clerk}.get(kind, cast.officer))
    path = f"{record.get_absolute_url()}edit/"
    page = client.get(path)
    data = keys_of(page) | sent_by(page.content.decode())
    text = {"payment": "payee", "appropriation": "document", "goods": "goods_zh"}
    name = text.get(kind, "name_zh")
    type(record).objects.filter(pk=record.pk).update(**{name: "别人写的"})
    answer = client.post(path, data)
    assert answer.status_code == 409, answer.content.decode()[:3000]
    assert differences_of(answer)[name].chosen == "theirs"
    assert list(differences_of(answer)) == [name]
    assert client.post(path, chosen(answer)).status_code == 302
    record.refresh_from_db()
    assert getattr(record, name) == "别人写的"


# -- in the admin ---------------------------------------------------------------------------------


def test_the_admin_refuses_what_would_overwrite_and_keeps_what_was_typed(two, typed):
    project, page_path, ((first, keys), (second, _keys)) = two
    path = f"/admin/projects/project/{project.pk}/change/"
    mine = keys_of(second.get(path))
    first.post(page_path, keys | typed(need="甲写的"))
    refused = second.post(path, mine | typed(need="乙写的"))
    text = refused.content.decode()
    assert refused.status_code == 200 and "乙写的" in text
    assert re.search(r"Reporter changed this at \d\d:\d\d\. Why it is needed: 甲写的\.", text)
    assert "save again" in text
    project.refresh_from_db()
    assert project.need == "甲写的"
    assert second.post(path, keys_of(refused) | typed(need="乙写的")).status_code == 302
    project.refresh_from_db()
    assert project.need == "乙写的"


def test_the_admin_saves_where_nobody_came_between(two, typed):
    project, _path, (_first, (second, _keys)) = two
    path = f"/admin/projects/project/{project.pk}/change/"
    assert second.post(path, keys_of(second.get(path)) | typed(need="改")).status_code == 302
    project.refresh_from_db()
    assert project.need == "改"


def test_a_form_of_the_admin_sent_twice_makes_one_record(make, typed, cast, client_of):
    client, path = client_of(cast.reporter), "/admin/projects/project/add/"
    keys = keys_of(client.get(path))
    assert client.post(path, keys | typed(year="1890")).status_code == 200
    assert client.post(path, keys | typed()).status_code == 302
    again = client.post(path, keys | typed())
    project = Project.objects.get()
    assert again["Location"] == f"/admin/projects/project/{project.pk}/change/"
    changed = client.post(path, keys | typed(name_zh="另一个"))
    assert changed.status_code == 200 and "saved already" in changed.content.decode()
    assert client.post(path, keys_of(changed) | typed(name_zh="另一个")).status_code == 302
    assert Project.objects.count() == 2


def sent_by(text: str) -> dict:
    """What a browser would send of a form that nobody touched."""
    form = text[text.index("data-draft=") :]
    form = form[: form.index("</form>")]
    data: dict = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = attributes.get("type") not in ("checkbox", "radio") or " checked" in tag
        if ticked and attributes.get("name") != "csrfmiddlewaretoken":
            data.setdefault(attributes["name"], []).append(attributes.get("value", ""))
    for name, options in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen_ones = re.findall(r'value="([^"]*)" selected', options)
        data[name] = chosen_ones or re.findall(r'value="([^"]*)"', options)[:1]
    for name, value in re.findall(r'<textarea name="([^"]*)"[^>]*>\s?(.*?)</textarea>', form, re.S):
        data[name] = [value]
    return {name: values for name, values in data.items() if not name.startswith("form_")}
