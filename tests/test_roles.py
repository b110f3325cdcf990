"""Who may: the table, the groups made from it, and the page that shows it."""

import pytest
from django.contrib.auth.models import Group

from accounts.documents import documents
from accounts.models import User
from accounts.roles import BY_NAME, ROLES
from core.lifecycle import WORKFLOWS


def test_groups_hold_exactly_the_permissions_of_the_table(db):
    for role in ROLES:
        group = Group.objects.get(name=role.name)
        held = {
            f"{permission.content_type.app_label}.{permission.codename}"
            for permission in group.permissions.select_related("content_type")
        }
        assert held == set(role.permissions)


def test_every_move_has_somebody_who_may_make_it():
    granted = {permission for role in ROLES for permission in role.permissions}
    asked = {move.permission for workflow in WORKFLOWS.values() for move in workflow.moves}
    assert asked <= granted


@pytest.mark.parametrize("role", ["auditor", "sysadmin", "donor"])
def test_those_who_watch_or_administer_change_no_facts(role):
    facts = ("projects.", "donations.", "training.", "ledger.", "partnerships.")
    changes = {
        permission
        for permission in BY_NAME[role].permissions
        if permission.startswith(facts) and ".view_" not in permission
    }
    findings = {"projects.add_finding", "projects.change_finding"}
    numbers = {"projects.change_alarmrule"}  # from where on something is an alarm: no fact
    allowed = {"auditor": findings, "sysadmin": numbers}
    assert changes == allowed.get(role, set())


def test_entry_approval_and_payment_lie_with_different_roles():
    def roles_with(permission):
        return {role.name for role in ROLES if permission in role.permissions}

    for entry, decision in [
        ("projects.submit_project", "projects.approve_project"),
        ("projects.submit_amendment", "projects.approve_amendment"),
        ("projects.submit_agreement", "projects.sign_agreement"),
        ("projects.add_surplus", "projects.approve_surplus"),
        ("projects.add_payment", "projects.approve_payment"),
        ("projects.approve_payment", "projects.pay_payment"),
        ("projects.add_allocation", "projects.approve_allocation"),
        ("donations.add_gift", "donations.confirm_gift"),
        ("training.add_course", "training.confirm_course"),
    ]:
        assert not roles_with(entry) & roles_with(decision)


def test_the_pages_about_roles_and_life_cycles_are_up_to_date():
    for path, text in documents().items():
        assert path.read_text(encoding="utf-8") == text, f"run: manage.py write_docs ({path.name})"


def test_the_administrator_makes_a_person_with_office_and_role(cast, client_of):
    client = client_of(cast.sysadmin)
    page = client.get("/admin/accounts/user/add/").content.decode()
    assert "County reporter" in page
    office, role = cast.reporter.office, Group.objects.get(name="reporter")
    word = "Mountain-River-22"
    typed = {"username": "xinren", "name_zh": "新人", "office": office.pk, "groups": [role.pk]}
    typed |= {"usable_password": "true", "password1": word, "password2": word}
    assert client.post("/admin/accounts/user/add/", typed).status_code == 302
    person = User.objects.get(username="xinren")
    assert person.office == office and list(person.groups.all()) == [role]
    own = client.get(f"/admin/accounts/user/{cast.sysadmin.pk}/change/").content.decode()
    assert 'name="groups"' not in own
