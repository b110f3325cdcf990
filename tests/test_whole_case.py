"""The life of a project from its proposal to its closed file, and what the database holds of it."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from core.models import ApprovalStep, Decision
from core.refusals import key_of
from core.workflow import perform, route_of, waiting_for
from projects.models import Project


def refused(key: str):
    """The statement inside is refused by the database for this reason."""

    class Refused:
        def __enter__(self):
            self.atomic = transaction.atomic()
            self.atomic.__enter__()

        def __exit__(self, kind, error, trace):
            self.atomic.__exit__(kind, error, trace)
            assert kind and issubclass(kind, DatabaseError), "nothing was refused"
            assert key_of(error)[0] == key, error
            return True

    return Refused()


def test_a_project_goes_from_its_proposal_to_its_closed_file(make):
    project = make.closed_project()
    moves = Decision.objects.of(project).values_list("move", flat=True)
    assert list(moves) == [
        "submit",
        "survey",
        "review",
        "enlist",
        "agree",
        "approve",
        "approve",
        "start",
        "complete",
        "accept",
        "settle",
        "hand_over",
        "close",
    ]


def test_neither_side_approves_for_the_other(make, cast):
    project = make.agreed_project()
    project = perform(project, "approve", by=cast.approver)
    assert project.status == "agreed"
    with pytest.raises(PermissionDenied):
        perform(project, "approve", by=cast.approver2)
    assert [given.decision is not None for given in route_of(project)] == [True, False]
    project = perform(project, "approve", by=cast.reviewer, asked={"approved_on": date(2010, 4, 1)})
    assert project.status == "approved"


def test_the_database_refuses_an_approval_for_the_other_side(make, cast):
    project = make.agreed_project()
    perform(project, "approve", by=cast.approver)
    with refused("not_your_step"):
        Decision.objects.create(
            workflow="project",
            record_id=project.pk,
            move="approve",
            from_status="agreed",
            to_status="approved",
            decided_by=cast.approver2,
        )


def test_one_approval_alone_approves_nothing_even_by_sql(make, cast):
    project = make.agreed_project()
    Decision.objects.create(
        workflow="project",
        record_id=project.pk,
        move="approve",
        from_status="agreed",
        to_status="approved",
        decided_by=cast.approver,
    )
    project.refresh_from_db()
    assert project.status == "agreed"


def test_a_large_amount_needs_a_second_approver(make, cast):
    step = ApprovalStep.objects.get(workflow="project", move="approve", is_fixed=False)
    project = make.agreed_project(agreed_amount=step.from_amount)
    perform(project, "approve", by=cast.reviewer)
    project = perform(project, "approve", by=cast.approver)
    assert project.status == "agreed"
    with pytest.raises(PermissionDenied):
        perform(project, "approve", by=cast.approver, asked={"approved_on": date(2010, 4, 1)})
    project = perform(
        project, "approve", by=cast.approver2, asked={"approved_on": date(2010, 4, 1)}
    )
    assert project.status == "approved"


def test_what_waits_for_the_second_step_waits_for_nobody_of_the_first(make, cast):
    project = make.agreed_project()
    assert project in _waiting(cast.approver) and project in _waiting(cast.reviewer)
    perform(project, "approve", by=cast.approver)
    assert project not in _waiting(cast.approver) and project not in _waiting(cast.approver2)
    assert project in _waiting(cast.reviewer)


def _waiting(user) -> list:
    return [record for queue in waiting_for(user) for record in queue.records]


def test_a_fixed_step_cannot_be_taken_away(make):
    step = ApprovalStep.objects.filter(is_fixed=True).first()
    with refused("fixed_step"):
        ApprovalStep.objects.filter(pk=step.pk).update(is_active=False)


# -- parts ----------------------------------------------------------------------------------------


def test_parts_are_frozen_with_the_project(make):
    project = make.submitted_project()
    for change in (
        lambda: project.quantities.update(planned=99),
        lambda: project.budget.create(purpose="other", amount=1),
        lambda: project.sources.all().delete(),
    ):
        with refused("frozen"):
            change()


def test_parts_are_part_of_what_is_decided_on(make):
    project = make.submitted_project()
    content = Decision.objects.of(project).last().content
    assert content["parts"]["projects_plannedquantity"][0]["planned"] == 12.0
    assert content["parts"]["projects_budgetline"][0]["amount"] == 697500.0


# -- amendments -----------------------------------------------------------------------------------


def approve(amendment, cast):
    amendment = perform(amendment, "submit", by=amendment.created_by)
    amendment = perform(amendment, "approve", by=cast.reviewer)
    return perform(amendment, "approve", by=cast.approver)


def test_an_amendment_changes_the_project_when_both_sides_approve_it(make, cast):
    amendment = make.amendment()
    amendment = perform(amendment, "submit", by=cast.reporter)
    perform(amendment, "approve", by=cast.reviewer)
    project = Project.objects.get(pk=amendment.project_id)
    assert project.agreed_amount == Decimal("697500.00")
    perform(amendment, "approve", by=cast.approver)
    project.refresh_from_db()
    assert project.agreed_amount == Decimal("720000.00")
    last = Decision.objects.of(project).last()
    assert (last.move, last.note) == ("amend", amendment.number)
    assert last.content["agreed_amount"] == 720000.0


def test_an_amendment_replaces_parts(make, cast):
    project = make.project_under_way()
    old = project.quantities.get()
    rows = [
        {"id": old.pk, "item": "水窖", "item_en": "", "unit": "well", "planned": 15,
         "is_renewal": False},
        {"item": "水管", "item_en": "", "unit": "km", "planned": 2.5, "is_renewal": False},
    ]  # fmt: skip
    changes = {"parts": {"projects_plannedquantity": rows}}
    approve(make.amendment(project, changes=changes, amount=project.agreed_amount), cast)
    kept = list(project.quantities.values_list("item", "planned"))
    assert kept == [("水窖", Decimal(15)), ("水管", Decimal("2.5"))]


def test_nobody_changes_an_approved_project_without_an_amendment(make, cast):
    project = make.project_under_way()
    with refused("frozen"):
        Project.objects.filter(pk=project.pk).update(agreed_amount=1)
    amendment = make.amendment(project)
    with refused("frozen"):  # nor beside one that is being approved
        approve(amendment, cast)
        Project.objects.filter(pk=project.pk).update(agreed_amount=1)


def test_an_amendment_writes_no_state_number_or_author(make, cast):
    for changes in ({"status": "closed"}, {"number": "P-1"}, {"created_by_id": 1}):
        project = make.project_under_way()
        amendment = make.amendment(project, changes=changes)
        with pytest.raises(DatabaseError), transaction.atomic():
            approve(amendment, cast)


def test_the_amend_decision_comes_only_with_an_amendment(make, cast):
    project = make.project_under_way()
    with refused("no_such_move"):
        Decision.objects.create(
            workflow="project",
            record_id=project.pk,
            move="amend",
            from_status="under_way",
            to_status="under_way",
            decided_by=cast.approver,
        )


# -- own work -------------------------------------------------------------------------------------


def test_who_edits_a_record_is_one_of_its_authors(make, cast, client_of):
    cast.approver.groups.add(*cast.officer.groups.all())
    payment = make.payment()
    page = client_of(cast.approver).post(
        f"/payments/{payment.pk}/edit/",
        {
            "project": payment.line.project.number,
            "fund": payment.line.fund_id,
            "amount": "300",
            "requested_on": "2010-04-20",
            "payee": "施工队",
            "purpose_zh": "管材",
        },
    )
    assert page.status_code == 302, page.content.decode()
    payment.refresh_from_db()
    assert payment.editors == [cast.approver.pk]
    with pytest.raises(PermissionDenied):
        perform(payment, "approve", by=cast.approver)
    with refused("own_work"):
        Decision.objects.create(
            workflow="payment",
            record_id=payment.pk,
            move="approve",
            from_status="requested",
            to_status="approved",
            decided_by=cast.approver,
        )


def test_authors_are_not_forgotten(make, cast):
    payment = make.payment()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE projects_payment SET editors = ARRAY[%s]::bigint[] WHERE id = %s",
            [cast.approver.pk, payment.pk],
        )
    with refused("frozen"), connection.cursor() as cursor:
        cursor.execute("UPDATE projects_payment SET editors = '{}' WHERE id = %s", [payment.pk])


# -- evidence -------------------------------------------------------------------------------------


def test_a_project_is_not_proposed_before_its_money_adds_up(make, cast):
    project = make.project(agreed_amount=Decimal("500000.00"))
    project.sources.update(amount=1)
    with pytest.raises(ValidationError):
        perform(project, "submit", by=cast.reporter)


def test_an_entry_of_a_closed_file_is_refused(make, cast):
    project = make.closed_project()
    with refused("file_closed"):
        project.milestones.create(name="x", planned_on=date(2010, 1, 1), created_by=cast.reporter)
    asset = project.assets.get()
    asset.visits.create(
        project=project,
        visited_on=date(2012, 1, 1),
        condition="in_use",
        people="演示",
        created_by=cast.officer,
    )


def test_json_of_an_amendment_stays_as_it_was_submitted(make, cast):
    amendment = make.amendment()
    perform(amendment, "submit", by=cast.reporter)
    with refused("frozen"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE projects_amendment SET changes = %s WHERE id = %s",
            [json.dumps({"agreed_amount": "9"}), amendment.pk],
        )
