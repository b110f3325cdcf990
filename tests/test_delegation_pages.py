"""Who acts while somebody is away: named on the own page, seen by the deputy, ended at once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.approvals import Delegation
from core.models import Decision
from core.workflow import actors, perform
from tests.test_mails import choose, to


def day(days: int):
    return timezone.localdate() + timedelta(days=days)


def typed(person, *, starts: int = 0, ends: int = 6, **changes) -> dict:
    values = {
        "deputy": person.pk,
        "starts_on": day(starts).isoformat(),
        "ends_on": day(ends).isoformat(),
        "reason": "考察",
    } | changes
    return {f"away-{name}": value for name, value in values.items()}


def away(absent, deputy, *, starts: int = 0, ends: int = 6) -> Delegation:
    return Delegation.objects.create(
        absent=absent,
        deputy=deputy,
        starts_on=day(starts),
        ends_on=day(ends),
        created_by=absent,
    )


def test_a_person_names_who_acts_and_the_deputy_sees_it(cast, client_of):
    client = client_of(cast.officer)
    assert client.post("/me/delegations/", typed(cast.officer2)).status_code == 302
    delegation = Delegation.objects.get()
    assert (delegation.absent, delegation.created_by) == (cast.officer, cast.officer)
    assert "Officer2" in client.get("/me/").content.decode()
    for address in ("/", "/me/"):
        page = client_of(cast.officer2).get(address).content.decode()
        assert "You act for Officer until" in page
        assert "You act for" not in client.get(address).content.decode()


def test_an_office_above_may_act_and_nobody_else(make, cast, client_of):
    offered = client_of(cast.reporter).get("/me/").context["away_form"].fields["deputy"].queryset
    assert set(offered) == {cast.reporter2, cast.reviewer}
    for person in (cast.officer, cast.stranger, cast.reporter):
        answer = client_of(cast.reporter).post("/me/delegations/", typed(person))
        assert answer.status_code == 422 and not Delegation.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"starts": -3, "ends": -1},
        {"starts": 5, "ends": 4},
        {"ends_on": ""},
        {"starts_on": "soon"},
        {"deputy": ""},
    ],
)
def test_days_that_are_none_come_back_as_they_were_typed(changes, cast, client_of):
    answer = client_of(cast.officer).post("/me/delegations/", typed(cast.officer2, **changes))
    assert answer.status_code == 422 and not Delegation.objects.exists()
    page = answer.content.decode()
    assert "考察" in page and 'class="err"' in page


def test_whoever_belongs_to_no_office_names_nobody(cast, client_of):
    client = client_of(cast.donor)
    assert client.get("/me/").context["away_form"] is None
    assert client.post("/me/delegations/", typed(cast.officer)).status_code == 302
    assert not Delegation.objects.exists()


def test_it_ends_at_once_and_only_by_the_person(make, cast, client_of):
    delegation = away(cast.officer, cast.officer2)
    address = f"/me/delegations/{delegation.pk}/end/"
    assert client_of(cast.officer2).post(address).status_code == 404
    assert client_of(cast.officer).post(address).status_code == 302
    delegation.refresh_from_db()
    assert delegation.ended_at and actors(cast.officer2) == [cast.officer2]
    assert "You act for" not in client_of(cast.officer2).get("/").content.decode()
    assert client_of(cast.officer).post(address).status_code == 404


def test_one_that_has_not_begun_can_be_ended(cast, client_of):
    delegation = away(cast.officer, cast.officer2, starts=10, ends=12)
    client_of(cast.officer).post(f"/me/delegations/{delegation.pk}/end/")
    assert not Delegation.objects.not_over(day(0)).exists()
    assert not Delegation.objects.on(day(11)).exists()


def test_the_database_lets_nobody_decide_by_what_has_ended(make, cast):
    """The row that somebody with a psql prompt would write for a person who is back."""
    delegation = away(cast.approver, cast.approver2)
    project = make.agreed_project()
    project = perform(project, "approve", by=cast.reviewer)
    delegation.ended_at = timezone.now()
    delegation.save()
    with pytest.raises(DatabaseError, match="no_delegation"), transaction.atomic():
        Decision(
            workflow="project",
            record_id=project.pk,
            move="approve",
            from_status=project.status,
            to_status="approved",
            decided_by=cast.approver2,
            on_behalf_of=cast.approver,
        ).save()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_delegation SET ended_at = NULL",
        "UPDATE core_delegation SET ends_on = ends_on - 1",
        "UPDATE core_delegation SET reason = 'x'",
    ],
)
def test_what_has_ended_does_not_begin_again(sql, cast):
    delegation = away(cast.approver, cast.approver2)
    delegation.ended_at = timezone.now()
    delegation.save()
    with (
        pytest.raises(DatabaseError, match="frozen"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_a_deputy_who_has_moved_away_can_still_be_ended(make, cast, client_of):
    delegation = away(cast.officer, cast.officer2)
    cast.officer2.office = make.office("qdn")
    cast.officer2.save()
    address = f"/me/delegations/{delegation.pk}/end/"
    assert client_of(cast.officer).post(address).status_code == 302


def test_what_waits_for_both_stands_once_on_the_start_page(make, cast, client_of):
    away(cast.officer, cast.officer2)
    project = make.submitted_project()
    answer = client_of(cast.officer2).get("/")
    assert [task.record for task in answer.context["tasks"]] == [project]
    assert answer.context["waiting_count"] == 1


def test_a_deputy_is_told_of_what_waits_for_the_other(make, cast, work, mailoutbox):
    """The reviewer acts for the reporter, so what comes back to the county waits for both."""
    away(cast.reporter, cast.reviewer)
    choose(cast.reviewer, "waits", "now")
    project = make.submitted_project()
    perform(project, "return", by=cast.approver, note="补材料")
    work()
    assert "reviewer" in to(mailoutbox)
