"""Amendments are typed on the project's own form, shown side by side, and approved twice."""

from decimal import Decimal

import pytest

from core.approvals import ApprovalStep, Delegation
from core.models import Decision
from core.workflow import perform, waiting_for
from projects.amendments import difference
from projects.models import Amendment, Project


def typed(page) -> dict:
    """What a browser sends back of a form that nobody touched."""
    form, data = page.context["form"], {"form_token": page.context["opened"].token}
    for field in form:
        if field.field.disabled:
            continue
        value = field.value()
        if field.name in ("agreed_amount", "match_amount"):
            data |= {field.name: value or "", f"{field.name}_unit": "yuan"}
        elif isinstance(value, bool):
            data |= {field.name: "on"} if value else {}
        else:
            data[field.name] = "" if value is None else value
    data["project"] = form.approved.number
    for rows in form.bound_parts:
        data |= {
            f"{rows.prefix}-{key}": value for key, value in rows.management_form.initial.items()
        }
        data[f"{rows.prefix}-TOTAL_FORMS"] = len(rows.initial_forms)
        for row in rows.initial_forms:
            for field in row:
                value = field.value()
                name = field.html_name
                if getattr(field.field, "is_money", False):
                    data |= {name: value or "", f"{name}_unit": "yuan"}
                elif isinstance(value, bool):
                    data |= {name: "on"} if value else {}
                else:
                    data[name] = "" if value is None else value
    return data


def faults(page) -> list:
    form = page.context["form"]
    return [form.errors, *(list(rows.faults()) for rows in form.sent_parts)]


def test_a_reporter_amends_amount_and_quantity_on_the_project_s_own_form(make, cast, client_of):
    project = make.project_under_way()
    client = client_of(cast.reporter)
    page = client.get(f"/amendments/new/?project={project.number}")
    assert page.status_code == 200
    data = typed(page) | {"reason": "材料涨价", "agreed_amount": "720000"}
    data |= {"plannedquantity-0-planned": "13", "kind": "government", "year": "2011"}
    answer = client.post("/amendments/new/", data)
    assert answer.status_code == 302, faults(answer)
    amendment = Amendment.objects.get()
    assert set(amendment.changes) == {"agreed_amount", "parts"}
    assert set(amendment.changes["parts"]) == {"projects_plannedquantity"}
    assert amendment.amount == Decimal("720000.00")
    shown = {line.label: (line.old, line.new) for line in difference(amendment)}
    assert shown["Agreed amount"] == ("¥697,500.00", "¥720,000.00")
    assert ("12", "13") in shown.values()
    detail = client.get(amendment.get_absolute_url()).content.decode()
    assert "<del>¥697,500.00</del>" in detail and "<ins>¥720,000.00</ins>" in detail

    amendment = perform(amendment, "submit", by=cast.reporter)
    amendment = perform(amendment, "approve", by=cast.reviewer)
    perform(amendment, "approve", by=cast.approver)
    project.refresh_from_db()
    assert (project.agreed_amount, project.kind, project.year) == (Decimal(720000), "social", 2010)
    assert project.quantities.get().planned == 13


def test_a_draft_is_opened_again_as_it_was_typed(make, cast, client_of):
    project = make.project_under_way()
    client = client_of(cast.reporter)
    data = typed(client.get(f"/amendments/new/?project={project.number}"))
    data |= {"reason": "改", "plannedquantity-0-planned": "13"}
    answer = client.post("/amendments/new/", data)
    assert answer.status_code == 302, faults(answer)
    amendment = Amendment.objects.get()
    page = client.get(f"/amendments/{amendment.pk}/edit/")
    again = typed(page) | {"form_version": page.context["opened"].version}
    assert again["plannedquantity-0-planned"] in (13, 13.0, "13", "13.00", "13.0")
    answer = client.post(f"/amendments/{amendment.pk}/edit/", again | {"people_count": "900"})
    assert answer.status_code == 302, faults(answer)
    amendment.refresh_from_db()
    assert amendment.changes["people_count"] == 900 and amendment.changes["parts"]


def test_a_draft_project_has_nothing_to_amend(make, cast, client_of):
    project = make.project()
    client = client_of(cast.reporter)
    page = client.get(f"/projects/{project.pk}/").content.decode()
    assert "Propose an amendment" not in page
    data = typed(client.get(f"/amendments/new/?project={project.number}")) | {"reason": "x"}
    answer = client.post("/amendments/new/", data)
    assert answer.status_code == 422 and "once it is approved" in answer.content.decode()
    assert not Amendment.objects.exists()


def test_one_amendment_at_a_time(make, cast, client_of):
    amendment = make.amendment()
    client = client_of(cast.reporter)
    page = client.get(f"/amendments/new/?project={amendment.project.number}")
    answer = client.post("/amendments/new/", typed(page) | {"reason": "x"})
    assert answer.status_code == 422 and "still open" in answer.content.decode()


def test_a_stranger_begins_no_amendment_of_a_project_out_of_reach(make, cast, client_of):
    project = make.project_under_way()
    page = client_of(cast.stranger).get(f"/amendments/new/?project={project.number}")
    assert project.name_zh not in page.content.decode()


def test_a_project_does_not_shrink_below_what_it_received(make, cast):
    project = make.project_under_way()
    make.posted_allocation(project=project, amount="5000.00")
    amendment = make.amendment(
        project, changes={"agreed_amount": "4000.00"}, amount=Decimal("4000.00")
    )
    with pytest.raises(Exception, match="already received"):
        perform(amendment, "submit", by=cast.reporter)


# -- the newest decision says what is in force ----------------------------------------------------


def test_the_newest_decision_holds_the_content_in_force(make, cast):
    amendment = make.amendment()
    perform(amendment, "submit", by=cast.reporter)
    perform(amendment, "approve", by=cast.reviewer)
    perform(amendment, "approve", by=cast.approver)
    project = Project.objects.get(pk=amendment.project_id)
    content = Decision.objects.of(project).last().content
    assert Decimal(str(content["agreed_amount"])) == project.agreed_amount


# -- delegation -----------------------------------------------------------------------------------


def away(absent, deputy, **changes) -> Delegation:
    values = {"starts_on": "2020-01-01", "ends_on": "2099-01-01", "created_by": absent}
    return Delegation.objects.create(absent=absent, deputy=deputy, **values | changes)


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def test_a_deputy_decides_for_who_is_away_and_both_are_named(make, cast):
    course = make.course()
    away(cast.approver, cast.officer2)
    course = perform(course, "confirm", by=fresh(cast.officer2))
    decision = Decision.objects.of(course).last()
    assert (decision.decided_by, decision.on_behalf_of) == (cast.officer2, cast.approver)


def test_what_waits_for_who_is_away_waits_for_the_deputy(make, cast):
    course = make.course()
    away(cast.approver, cast.officer2)
    assert course in [r for q in waiting_for(fresh(cast.officer2)) for r in q.records]


def test_a_deputy_approves_neither_own_work_nor_twice(make, cast):
    project = make.agreed_project(agreed_amount=Decimal("2500000.00"))
    away(cast.approver2, cast.approver)
    approver = fresh(cast.approver)
    perform(project, "approve", by=cast.reviewer)
    perform(project, "approve", by=approver)
    with pytest.raises(Exception, match="another person|other side"):
        perform(project, "approve", by=approver, asked={"approved_on": "2010-04-01"})
    course = make.course(created_by=cast.officer2)
    away(cast.approver, cast.officer2)
    with pytest.raises(Exception, match="another person"):
        perform(course, "confirm", by=fresh(cast.officer2))


def test_no_delegation_no_decision(make, cast):
    course = make.course()
    away(cast.approver, cast.officer2, starts_on="2020-01-01", ends_on="2020-02-01")
    with pytest.raises(Exception, match="does not include"):
        perform(course, "confirm", by=fresh(cast.officer2))
    with pytest.raises(Exception, match="no_delegation"):
        Decision.objects.create(
            workflow="course",
            record_id=course.pk,
            move="confirm",
            from_status="recorded",
            to_status="confirmed",
            decided_by=cast.officer2,
            on_behalf_of=cast.approver,
        )


def test_a_deputy_belongs_to_the_same_office_or_to_one_above(cast):
    with pytest.raises(Exception, match="no_deputy"):
        away(cast.approver, cast.reporter)


# -- routes are set in the admin ------------------------------------------------------------------


def test_an_administrator_sets_a_threshold_without_a_developer(make, cast, client_of):
    step = ApprovalStep.objects.get(workflow="project", move="approve", is_fixed=False)
    path = f"/admin/core/approvalstep/{step.pk}/change/"
    client = client_of(cast.sysadmin)
    assert client.get(path).status_code == 200
    data = {
        "position": 2,
        "word_zh": "大额复核",
        "word_en": "Second approval",
        "from_amount": "500000",
        "kind": "",
        "is_active": "on",
    }
    assert client.post(path, data).status_code == 302
    step.refresh_from_db()
    assert step.from_amount == 500000
    project = make.agreed_project()  # 697,500 yuan
    perform(project, "approve", by=cast.reviewer)
    assert perform(project, "approve", by=cast.approver).status == "agreed"


def test_an_administrator_adds_a_step_and_changes_no_fixed_one(cast, client_of):
    client = client_of(cast.sysadmin)
    data = {
        "approves": "payment.approve",
        "position": 3,
        "role": "finance",
        "side": "supporting",
        "word_zh": "财务复核",
        "from_amount": "3000000",
        "is_active": "on",
    }
    assert client.post("/admin/core/approvalstep/add/", data).status_code == 302
    assert ApprovalStep.objects.filter(workflow="payment", role="finance").exists()
    fixed = ApprovalStep.objects.filter(is_fixed=True).first()
    answer = client.post(f"/admin/core/approvalstep/{fixed.pk}/change/", data)
    assert answer.status_code == 403
