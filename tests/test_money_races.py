"""Two who decide at the same moment: the second one counts what the first has taken."""

import threading
import time

import psycopg
import pytest

from projects.models import FundingSource
from tests.cast import make_cast
from tests.ledger_fixtures import OwnDatabase, own_database
from tests.make import Make
from tests.patience import join

__all__ = ["own_database"]

APPROVE = """
INSERT INTO core_decision (workflow, record_id, move, from_status, to_status, decided_by_id, note,
                           content_hash)
VALUES (%s, %s, 'approve', %s, %s, %s, '', '')
"""


@pytest.fixture
def make(own_database) -> Make:
    """Records in the copy of the database, where they are committed."""
    return Make(make_cast())


def together(database: OwnDatabase, statement: str, first: tuple, second: tuple) -> str:
    """Both in transactions of their own; the second while the first is not yet committed.

    Answers by which refusal the second one failed, empty if it went through.
    """
    told: list[str] = []

    def come_second() -> None:
        with database.session() as session:
            try:
                session.execute(statement, second)
            except psycopg.errors.RaiseException as refusal:
                told.append(str(refusal.diag.message_primary).partition(":")[0])

    with database.session() as session:
        session.execute("BEGIN")
        session.execute(statement, first)
        other = threading.Thread(target=come_second)
        other.start()
        wait_until_blocked(session)
        session.execute("COMMIT")
    join(other)
    return told[0] if told else ""


def wait_until_blocked(session: psycopg.Connection) -> None:
    """Until somebody waits for a lock; what does not wait has been missed by it."""
    end = time.monotonic() + 10
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while time.monotonic() < end and not session.execute(waiting).fetchone()[0]:
        time.sleep(0.02)


def approving(record, status: str, by) -> tuple:
    return (record.workflow_name, record.pk, record.status, status, by.pk)


def test_two_payments_do_not_pass_a_contract_together(own_database, make):
    line = make.line(amount="1000.00")
    contract = make.contract(line.project, amount="600.00")
    approver = make.cast.approver
    pair = [
        approving(make.payment(line, "400.00", contract=contract), "approved", approver)
        for _ in range(2)
    ]
    assert together(own_database, APPROVE, *pair) == "over_contract"


def test_two_payments_do_not_pass_an_instalment_together(own_database, make):
    line = make.line(amount="1000.00")
    contract = make.contract(line.project, amount="1000.00")
    instalment = make.instalment(contract, amount="300.00", met_on="2010-04-20")
    pair = [
        approving(
            make.payment(line, "200.00", instalment=instalment), "approved", make.cast.approver
        )
        for _ in range(2)
    ]
    assert together(own_database, APPROVE, *pair) == "over_instalment"


def test_two_payments_do_not_promise_a_line_twice(own_database, make):
    line = make.line(amount="1000.00")
    pair = [
        approving(make.payment(line, "600.00"), "approved", make.cast.approver) for _ in range(2)
    ]
    assert together(own_database, APPROVE, *pair) == "over_line"


PROPOSE = """
INSERT INTO projects_allocation (number, status, status_at, created_by_id, created_at, updated_at,
    editors, is_demo, amount, fund_id, project_id, allocated_on, note)
VALUES (%s, 'proposed', now(), %s, now(), now(), '{}', false, %s, %s, %s, '2010-04-01', '')
"""


def test_two_proposals_do_not_commit_a_fund_twice(own_database, make):
    fund, officer = make.filled_fund("1000.00"), make.cast.officer.pk
    pair = [
        (f"A-{place}", officer, "600.00", fund.pk, make.project_under_way().pk)
        for place in range(2)
    ]
    assert together(own_database, PROPOSE, *pair) == "over_fund"


def test_two_approvals_do_not_commit_a_fund_twice(own_database, make):
    fund, waiting = make.filled_fund("1000.00"), []
    for _ in range(2):
        project = make.project(agreed_amount="600.00")
        FundingSource.objects.filter(project=project).update(fund=fund)
        project = make.agreed_project(project=project)
        decided = approving(project, "approved", make.cast.reviewer)
        with own_database.session() as session:
            session.execute(APPROVE, decided)
        waiting.append(approving(project, "approved", make.cast.approver))
    assert together(own_database, APPROVE, *waiting) == "over_fund"


def test_an_instalment_does_not_grow_while_another_is_entered(own_database, make):
    contract = make.contract(amount="600.00")
    pair = [(make.instalment(contract, amount="100.00").pk,) for _ in range(2)]
    grow = "UPDATE projects_instalment SET amount = 400 WHERE id = %s"
    assert together(own_database, grow, *pair) == "over_instalments"
