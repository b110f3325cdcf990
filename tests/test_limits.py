"""No contract, instalment, line, agreed amount or fund is passed: in words, and by the database."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from core.models import Decision
from core.refusals import key_of
from core.workflow import perform
from projects.commitments import commitments_of, committed
from projects.models import Allocation, Payment, Project
from projects.models.limits import PAYABLE
from projects.money import may_allocate

YUAN = Decimal


def refused(key: str, deed, *args, **kwargs) -> None:
    """The database refuses the deed for this reason."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        deed(*args, **kwargs)
    assert key_of(error.value)[0] == key, error.value


def decide(record, move: str, to: str, by) -> Decision:
    """A decision by SQL, past the guards of the pages."""
    return Decision.objects.create(
        workflow=record.workflow_name,
        record_id=record.pk,
        move=move,
        from_status=record.status,
        to_status=to,
        decided_by=by,
    )


def approve(payment: Payment, cast) -> Decision:
    return decide(payment, "approve", "approved", cast.approver)


def update(record, **changes) -> None:
    type(record)._base_manager.filter(pk=record.pk).update(**changes)


@pytest.fixture
def line(make):
    """A line that holds 1,000 yuan."""
    return make.line(amount="1000.00")


@pytest.fixture
def contract(make, line):
    """A contract over 600 yuan of the project of the line."""
    return make.contract(line.project, amount="600.00")


def test_the_states_in_which_money_moves_are_those_of_the_project():
    assert str(tuple(str(status) for status in Project.PAYABLE)) == PAYABLE


# -- contracts and instalments --------------------------------------------------------------------


def test_payments_of_a_contract_never_pass_it(make, cast, line, contract):
    make.approved_payment(line, "400.00", contract=contract)
    payment = make.payment(line, "200.01", contract=contract)
    with pytest.raises(ValidationError, match="has ¥200.00 left"):
        perform(payment, "approve", by=cast.approver)
    refused("over_contract", approve, payment, cast)
    update(payment, amount="200.00")
    perform(payment, "approve", by=cast.approver)


def test_a_declined_payment_leaves_the_contract_its_amount(make, cast, line, contract):
    payment = make.approved_payment(line, "600.00", contract=contract)
    perform(payment, "decline", by=cast.approver, note="重报")
    make.approved_payment(line, "600.00", contract=contract)


def test_payments_of_an_instalment_never_pass_it(make, cast, line, contract):
    instalment = make.instalment(contract, amount="300.00", met_on=date(2010, 4, 20))
    make.approved_payment(line, "200.00", instalment=instalment)
    payment = make.payment(line, "100.01", instalment=instalment)
    with pytest.raises(ValidationError, match="instalment has ¥100.00 left"):
        perform(payment, "approve", by=cast.approver)
    refused("over_instalment", approve, payment, cast)


def test_an_instalment_is_due_when_its_condition_is_met(make, cast, line, contract):
    instalment = make.instalment(contract, amount="300.00", condition="主体完工")
    payment = make.payment(line, "300.00", instalment=instalment)
    with pytest.raises(ValidationError, match="not met yet: 主体完工"):
        perform(payment, "approve", by=cast.approver)
    refused("condition_not_met", approve, payment, cast)
    update(instalment, met_on=date(2010, 4, 20))
    perform(payment, "approve", by=cast.approver)
    refused("instalment_used", update, instalment, met_on=None)


def test_a_payment_under_a_contract_goes_to_its_contractor(make, line, contract):
    payment = make.payment(line, contract=contract)
    refused("other_payee", update, payment, payee="张三")
    refused("contract_used", update, contract, contractor="别的公司")
    other = make.contract(make.project_under_way())
    refused("other_contract", make.payment, line, contract=other, payee=other.contractor)
    instalment = make.instalment(make.contract(line.project))
    refused("other_instalment", update, payment, instalment=instalment)


def test_what_was_paid_by_a_contract_stays_in_it(make, cast, line, contract):
    make.approved_payment(line, "400.00", contract=contract)
    refused("contract_paid", update, contract, amount="399.99")
    strike = {"struck_at": "2010-05-01T00:00Z", "struck_by": cast.reporter, "struck_reason": "错"}
    refused("contract_used", update, contract, **strike)
    update(contract, amount="400.00")


def test_instalments_never_add_up_to_more_than_their_contract(make, contract):
    first = make.instalment(contract, amount="400.00")
    refused("over_instalments", make.instalment, contract, amount="200.01")
    make.instalment(contract, amount="200.00")
    refused("over_instalments", update, first, amount="400.01")
    refused("instalments_above", update, contract, amount="599.99")
    refused("frozen", update, first, contract=make.contract(contract.project))
    refused("other_contract", make.instalment, contract, project=make.project_under_way())


def test_retention_money_waits_for_the_end_of_its_term(make, contract):
    update(contract, retention_until=date(2011, 10, 1))
    instalment = make.instalment(contract, amount="30.00", is_retention=True)
    refused("retention_term", update, instalment, met_on=date(2011, 9, 30))
    update(instalment, met_on=date(2011, 10, 1))


def test_a_struck_instalment_may_be_entered_anew(make, cast, contract):
    instalment = make.instalment(contract, position=1)
    refused("taken", make.instalment, contract, position=1)
    update(instalment, struck_at="2010-05-01T00:00Z", struck_by=cast.reporter, struck_reason="错")
    make.instalment(contract, position=1)


# -- the line and the project ---------------------------------------------------------------------


def test_what_is_approved_counts_against_the_line(make, cast, line):
    make.approved_payment(line, "700.00")
    payment = make.payment(line, "300.01")
    with pytest.raises(ValidationError, match="of which ¥700.00 is approved"):
        perform(payment, "approve", by=cast.approver)
    refused("over_line", approve, payment, cast)


def test_nothing_is_paid_before_the_project_was_approved(make, cast, line):
    payment = make.approved_payment(line)
    asked = {"voucher": "0331-01", "paid_on": date(2010, 3, 31)}
    with pytest.raises(ValidationError) as refusal:
        perform(payment, "pay", by=cast.finance, asked=asked)
    assert list(refusal.value.error_dict) == ["paid_on"]
    update(payment, **asked)
    refused("paid_before_approval", decide, payment, "pay", "paid", cast.finance)


def test_no_payment_of_a_suspended_project_is_approved(make, cast, line):
    payment = make.payment(line)
    perform(line.project, "suspend", by=cast.approver, note="停")
    refused("not_approved", approve, payment, cast)


def test_a_project_never_receives_more_than_was_agreed(make, cast):
    project = make.project_under_way(agreed_amount="1000.00")
    fund = make.filled_fund()
    make.posted_allocation(fund, project, "600.00")
    allocation = make.allocation(fund, project, "400.01")
    with pytest.raises(ValidationError, match="may still receive ¥400.00"):
        perform(allocation, "approve", by=cast.approver)


def test_an_amendment_leaves_a_project_what_it_has_received(make, cast, line):
    refused("frozen", update, line.project, agreed_amount="999.99")


# -- commitments ----------------------------------------------------------------------------------


def committing(make, fund, amount: str, **changes) -> Project:
    """A project in the library's last state, whose source names the fund."""
    project = make.project(agreed_amount=amount, **changes)
    project.sources.update(fund=fund)
    return project


def approved(make, project) -> Project:
    return make.approved_project(project=project)


def test_an_approval_commits_the_fund_that_a_source_names(make, cast):
    fund = make.filled_fund("1000.00")
    project = approved(make, committing(make, fund, "700.00"))
    assert committed(fund) == YUAN("700.00")
    allocation = make.allocation(fund, project, "300.00")
    assert committed(fund) == YUAN("700.00")  # it is part of what was planned
    perform(allocation, "approve", by=cast.approver)
    assert committed(fund) == YUAN("400.00")
    (one,) = commitments_of(fund)
    assert (one.planned, one.received, one.proposed) == (YUAN("700.00"), YUAN("300.00"), YUAN(0))


def test_a_fund_commits_no_more_than_it_holds(make, cast):
    fund = make.filled_fund("1000.00")
    approved(make, committing(make, fund, "700.00"))
    other = make.project_under_way()
    typed = Allocation(fund=fund, project=other, amount=YUAN("300.01"))
    with pytest.raises(ValidationError, match="of which ¥700.00 is committed"):
        may_allocate(typed)
    refused("over_fund", make.allocation, fund, other, "300.01")
    allocation = make.allocation(fund, other, "300.00")
    refused("over_fund", update, allocation, amount="300.01")
    perform(allocation, "approve", by=cast.approver)


def test_no_project_is_approved_beyond_its_fund(make, cast):
    fund = make.filled_fund("1000.00")
    approved(make, committing(make, fund, "700.00"))
    project = make.agreed_project(project=committing(make, fund, "300.01"))
    perform(project, "approve", by=cast.reviewer)
    refused("over_fund", perform, project, "approve", by=cast.approver, asked=APPROVED)


APPROVED = {"approved_on": date(2010, 4, 1)}


def test_a_settled_project_commits_nothing_any_more(make):
    fund = make.filled_fund("1000.00")
    project = make.settled_project(project=committing(make, fund, "700.00"))
    assert project.status == "settled" and committed(fund) == 0
