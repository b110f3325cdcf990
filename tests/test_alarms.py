"""Alarms: each kind just inside and just outside its numbers; raised once, cleared, set aside."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.approvals import ApprovalStep
from core.refusals import key_of
from core.workflow import perform
from projects import alarms
from projects.alarm_rules import RULES
from projects.jobs import refresh_alarms
from projects.models import Alarm, AlarmRule, SetAside

DAY = timedelta(days=1)


def found(key: str, today: date) -> list[tuple[int, int]]:
    """(record, grade) of what a rule finds on a day."""
    alarms.refresh(today=today)
    return list(Alarm.objects.standing().filter(rule=key).values_list("record_id", "grade"))


def test_every_kind_has_its_numbers_its_words_and_its_query(db):
    assert set(AlarmRule.objects.values_list("key", flat=True)) == {rule.key for rule in RULES}
    for rule in RULES:
        assert rule.label and rule.means and rule.remedy and rule.roles and rule.query


# -- each kind, just inside and just outside ------------------------------------------------------


def test_money_lies_idle_from_six_months_on_in_three_grades(make):
    allocation = make.posted_allocation(allocated_on=date(2010, 4, 1))
    assert found("idle_money", date(2010, 9, 30)) == []
    assert found("idle_money", date(2010, 10, 1)) == [(allocation.pk, 3)]
    assert found("idle_money", date(2011, 3, 31)) == [(allocation.pk, 3)]
    assert found("idle_money", date(2011, 4, 1)) == [(allocation.pk, 2)]
    assert found("idle_money", date(2012, 4, 1)) == [(allocation.pk, 1)]


def test_only_what_is_not_paid_lies_idle(make):
    fund, project = make.filled_fund(), make.project_under_way()
    first = make.posted_allocation(fund, project, amount="600.00", allocated_on=date(2010, 4, 1))
    second = make.posted_allocation(fund, project, amount="400.00", allocated_on=date(2010, 6, 1))
    line = project.lines.get()
    make.paid_payment(line, amount="500.00")
    alarms.refresh(today=date(2011, 1, 1))
    rows = Alarm.objects.filter(rule="idle_money").order_by("record_id")
    assert [(a.record_id, a.amount) for a in rows] == [(first.pk, 100), (second.pk, 400)]
    make.paid_payment(line, amount="500.00")
    assert found("idle_money", date(2011, 1, 1)) == []


def test_retention_money_may_lie_until_its_term_is_over(make):
    fund, project = make.filled_fund(), make.project_under_way()
    make.posted_allocation(fund, project, amount="1000.00")
    until = date(2011, 4, 10)
    contract = make.contract(project, amount="1000.00", retention_percent=10, retention_until=until)
    make.paid_payment(project.lines.get(), amount="900.00", contract=contract)
    assert found("idle_money", until) == []
    assert len(found("idle_money", until + DAY)) == 1


def test_a_hop_is_sent_on_within_thirty_days(make):
    hop = make.hop(place="city", arrived_on=date(2010, 4, 2))
    assert found("hop_late", date(2010, 5, 1)) == []
    assert found("hop_late", date(2010, 5, 2)) == [(hop.pk, 3)]
    onward = make.hop(hop.remittance, "county", arrived_on=date(2010, 5, 1))
    assert found("hop_late", date(2010, 5, 2)) == []
    assert found("hop_late", date(2010, 7, 1)) == [(onward.pk, 2)]
    make.hop(hop.remittance, "contractor", arrived_on=date(2010, 6, 1))
    assert found("hop_late", date(2011, 7, 1)) == []


def test_what_was_sent_arrives_somewhere(make):
    remittance = make.remittance(sent_on=date(2010, 4, 1))
    assert found("hop_late", date(2010, 4, 30)) == []
    assert found("hop_late", date(2010, 5, 1)) == [(remittance.pk, 3)]
    assert "arrived nowhere" in Alarm.objects.get(rule="hop_late").sentence


def test_no_contract_is_signed_before_the_approval(make):
    project, today = make.project_under_way(), date(2010, 6, 1)  # approved on 1 April 2010
    make.contract(project, signed_on=date(2010, 4, 1))
    assert found("paid_early", today) == []
    early = make.contract(project, signed_on=date(2010, 3, 31))
    assert found("paid_early", today) == [(early.pk, 2)]
    early.strike(by=early.created_by, reason="误录")
    assert found("paid_early", today) == []


def test_nothing_is_sent_and_no_work_starts_before_the_approval(make):
    project = make.approved_project()
    asked = {"started_on": date(2010, 3, 1)}
    project = perform(project, "start", by=project.created_by, asked=asked)
    sent = make.remittance(project=project, sent_on=date(2010, 3, 31))
    alarms.refresh(today=date(2010, 4, 2))
    rows = {a.record_kind: a for a in Alarm.objects.filter(rule="paid_early")}
    assert rows["projects.project"].grade == 1 and rows["projects.remittance"].grade == 2
    assert rows["projects.remittance"].record_id == sent.pk
    assert "Work started on 1 March 2010" in rows["projects.project"].sentence


@pytest.fixture
def threshold(db):
    """Payments from 1,000 yuan on need one more approval."""
    ApprovalStep.objects.filter(workflow="payment", from_amount__gt=0).update(from_amount=1000)


def test_like_payments_just_below_a_threshold_stand_out(make, cast, client_of, threshold):
    line, today = make.line(amount="50000.00"), date(2010, 6, 1)
    first = make.payment(line, amount="950.00", requested_on=date(2010, 4, 20))
    assert found("split", today) == []
    for outside in (
        {"amount": "899.99", "requested_on": date(2010, 4, 21)},
        {"amount": "1000.00", "requested_on": date(2010, 4, 21)},
        {"amount": "950.00", "requested_on": date(2010, 5, 21)},
        {"amount": "950.00", "requested_on": date(2010, 4, 21), "payee": "另一家"},
    ):
        make.payment(line, **outside)
        assert (first.pk, 3) not in found("split", today), outside
    second = make.payment(line, amount="900.00", requested_on=date(2010, 5, 20))
    assert (first.pk, 3) in found("split", today)
    alarm = Alarm.objects.get(rule="split", record_id=first.pk)
    assert alarm.rows == [first.pk, second.pk] and alarm.amount == 1850
    assert "2 payments" in alarm.sentence and "¥1,000.00" in alarm.sentence
    page = client_of(cast.auditor).get(f"/alarms/{alarm.pk}/").content.decode()
    assert all(f'href="/payments/{one.pk}/"' in page for one in (first, second))


def test_contracts_and_projects_are_looked_at_for_splitting_too(make, threshold):
    near = {"amount": "980.00", "signed_on": date(2010, 4, 10)}
    contract = make.contract(make.project_under_way(), **near)
    make.contract(make.project_under_way(), **near)
    projects = [make.approved_project(agreed_amount="1990000.00") for _i in range(2)]
    alarms.refresh(today=date(2010, 6, 1))
    kinds = Alarm.objects.filter(rule="split").values_list("record_kind", "record_id")
    assert ("projects.contract", contract.pk) in kinds
    assert ("projects.project", projects[0].pk) in kinds


def test_a_photograph_stands_in_one_project(make):
    one, two = make.project_under_way(), make.project_under_way()
    make.photograph(one, seed=1)
    make.photograph(two, seed=2)
    today = timezone.localdate()
    assert found("photo_twice", today) == []
    copy = make.photograph(two, seed=1)
    alarms.refresh(today=today)
    rows = Alarm.objects.standing().filter(rule="photo_twice")
    assert {a.project_id for a in rows} == {one.pk, two.pk} and {a.grade for a in rows} == {2}
    copy.withdraw(by=copy.uploaded_by, because="误传")
    assert found("photo_twice", today) == []


def test_a_plan_is_made_public(make):
    project = make.approved_project()  # on 1 April 2010, its notice hung in March
    assert found("plan_unpublished", date(2011, 1, 1)) == []
    notice = project.notices.get()
    notice.strike(by=notice.created_by, reason="没有公示")
    assert found("plan_unpublished", date(2010, 4, 21)) == []
    assert found("plan_unpublished", date(2010, 4, 22)) == [(project.pk, 3)]


def test_a_result_is_made_public(make):
    project = make.completed_project()  # on 2 September 2010
    assert found("result_unpublished", date(2010, 10, 1)) == []
    assert found("result_unpublished", date(2010, 10, 2)) == [(project.pk, 3)]
    project.notices.create(
        occasion="after",
        place="冗渡镇公示栏",
        starts_on=date(2010, 10, 2),
        ends_on=date(2010, 10, 12),
        phone="12317",
        created_by=make.cast.reporter,
    )
    assert found("result_unpublished", date(2010, 10, 3)) == []


def test_contracts_stay_within_their_budget_line(make):
    project, today = make.project_under_way(), date(2010, 6, 1)  # works: 697,500.00
    make.contract(project, amount="697500.00", budget="works")
    assert found("over_budget", today) == []
    make.contract(project, amount="1.00", budget="works")
    alarms.refresh(today=today)
    parts = Alarm.objects.filter(rule="over_budget").values_list("part", "grade", "amount")
    assert sorted(parts) == [("total", 3, 1), ("works", 3, 1)]


def test_the_final_account_stays_within_what_was_agreed(make):
    project = make.accepted_project()
    settled = {"settled_on": date(2010, 10, 1), "created_by": make.cast.finance}
    fits = project.settlements.create(claimed=697500, settled=697500, **settled)
    assert found("over_budget", date(2010, 10, 2)) == []
    fits.strike(by=fits.created_by, reason="重审")
    above = project.settlements.create(claimed=800000, settled=767250, **settled)
    assert found("over_budget", date(2010, 10, 2)) == [(above.pk, 1)]


def test_progress_is_reported_every_quarter(make):
    project = make.project_under_way()  # since 2 April 2010
    assert found("progress_late", date(2010, 7, 10)) == []
    assert found("progress_late", date(2010, 7, 11)) == [(project.pk, 3)]
    report = {"spent": 0, "text": "进度", "created_by": make.cast.reporter}
    project.progressreports.create(reported_on=date(2010, 7, 1), percent=30, **report)
    assert found("progress_late", date(2010, 7, 11)) == []
    assert found("progress_late", date(2010, 10, 9)) == [(project.pk, 3)]


def test_money_does_not_run_ahead_of_the_work(make):
    project = make.project_under_way(agreed_amount="1000.00")
    make.posted_allocation(project=project, amount="1000.00")
    line, today = project.lines.get(), date(2010, 6, 1)
    make.paid_payment(line, amount="390.00")
    assert found("money_ahead", today) == []
    make.paid_payment(line, amount="10.00")
    assert found("money_ahead", today) == [(project.pk, 3)]
    report = {"spent": 0, "text": "进度", "created_by": make.cast.reporter}
    project.progressreports.create(reported_on=date(2010, 5, 1), percent=1, **report)
    assert found("money_ahead", today) == []


# -- the numbers are data, the job is idempotent --------------------------------------------------


def test_an_administrator_sets_the_numbers_or_puts_a_kind_out_of_force(make, cast, client_of):
    hop = make.hop(arrived_on=date(2010, 4, 2))
    typed = {"is_active": "on", "notice_from": "10", "serious_from": "20", "severe_from": "25"}
    url = "/admin/projects/alarmrule/hop_late/change/"
    assert client_of(cast.sysadmin).post(url, typed).status_code == 302
    assert found("hop_late", date(2010, 4, 12)) == [(hop.pk, 3)]
    assert found("hop_late", date(2010, 4, 27)) == [(hop.pk, 1)]
    events = AlarmRule.pgh_event_model.objects.filter(pgh_obj="hop_late", pgh_label="update")
    assert events.count() == 1
    AlarmRule.objects.filter(key="hop_late").update(is_active=False)
    assert found("hop_late", date(2010, 4, 27)) == []


def test_numbers_out_of_order_are_refused(db):
    rule = AlarmRule.objects.get(key="hop_late")
    rule.severe_from = 5
    with pytest.raises(DatabaseError), transaction.atomic():
        rule.save()


def test_done_twice_the_job_changes_nothing(make):
    make.hop(arrived_on=date(2010, 4, 2))
    make.posted_allocation()
    assert alarms.refresh()[0] > 0
    events = Alarm.pgh_event_model.objects.count()
    assert alarms.refresh() == (0, 0)
    refresh_alarms.func(timestamp=0)
    assert Alarm.pgh_event_model.objects.count() == events


def test_the_command_says_what_it_did(make, capsys):
    make.hop(arrived_on=date(2010, 4, 2))
    call_command("alarms")
    assert "2 raised or changed, 0 cleared, 2 standing" in capsys.readouterr().out


def test_what_holds_no_more_is_cleared_and_kept_and_comes_back_as_the_same(make):
    hop = make.hop(arrived_on=date(2010, 4, 2))
    alarms.refresh(today=date(2010, 6, 1))
    first = Alarm.objects.get(rule="hop_late")
    hop.arrived_on = date(2010, 5, 30)
    hop.save()
    alarms.refresh(today=date(2010, 6, 2))
    first.refresh_from_db()
    assert first.cleared_on == date(2010, 6, 2)
    alarms.refresh(today=date(2010, 7, 1))
    first.refresh_from_db()
    assert first.cleared_on is None and first.raised_on == date(2010, 7, 1)


def test_a_page_looks_at_its_own_project_and_leaves_the_others(make):
    one, two = make.hop(arrived_on=date(2010, 4, 2)), make.hop(arrived_on=date(2010, 4, 2))
    alarms.refresh(one.project, today=date(2010, 6, 1))
    assert set(Alarm.objects.values_list("project", flat=True)) == {one.project_id}
    alarms.refresh(two.project, today=date(2010, 6, 1))
    assert Alarm.objects.standing().filter(project=one.project_id).exists()


# -- setting aside --------------------------------------------------------------------------------


@pytest.fixture
def alarm(make):
    make.hop(arrived_on=date(2010, 4, 2), place="prefecture")  # entered by the reviewer
    alarms.refresh()
    return Alarm.objects.get(rule="hop_late")


def aside(alarm, by, *, days=30, reason="已电话核实"):
    until = timezone.localdate() + timedelta(days=days)
    return SetAside.objects.create(alarm=alarm, reason=reason, until=until, set_by=by)


def test_what_is_set_aside_leaves_the_list_until_its_day(alarm, cast):
    today = timezone.localdate()
    aside(alarm, cast.approver)
    assert alarm not in Alarm.objects.open() and alarm in Alarm.objects.set_aside()
    assert alarm not in Alarm.objects.open(today + 30 * DAY)
    assert alarm in Alarm.objects.open(today + 31 * DAY)


def test_what_becomes_graver_comes_back_at_once(make, cast):
    hop = make.hop(arrived_on=timezone.localdate() - 40 * DAY)
    alarms.refresh()
    alarm = Alarm.objects.get(rule="hop_late")
    assert alarm.grade == 3
    aside(alarm, cast.approver, days=300)
    assert not Alarm.objects.open().filter(pk=alarm.pk).exists()
    alarms.refresh(today=hop.arrived_on + 60 * DAY)
    assert Alarm.objects.open().filter(pk=alarm.pk).exists()


def test_what_comes_back_after_it_was_cleared_is_open(alarm, cast):
    aside(alarm, cast.approver, days=300)
    Alarm.objects.filter(pk=alarm.pk).update(cleared_on=timezone.localdate())
    alarms.refresh()
    assert Alarm.objects.open().filter(pk=alarm.pk).exists()
    assert alarm.set_asides.count() == 1


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"by": "reviewer"}, "own_hand"),
        ({"days": 0}, "aside_days"),
        ({"days": 367}, "aside_days"),
    ],
)
def test_the_database_refuses_own_work_and_days_without_end(alarm, cast, change, key):
    by = getattr(cast, change.pop("by", "approver"))
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        aside(alarm, by, **change)
    assert key_of(refused.value)[0] == key


def test_who_decided_on_the_money_does_not_set_its_alarm_aside(make, cast):
    make.posted_allocation()  # proposed by the officer, approved by the approver
    alarms.refresh()
    alarm = Alarm.objects.get(rule="idle_money")
    for person in (cast.officer, cast.approver):
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            aside(alarm, person)
        assert key_of(refused.value)[0] == "own_hand"
    aside(alarm, cast.approver2)


def test_nobody_sets_aside_by_writing_into_the_alarm_nor_removes_one(alarm, cast):
    kept = aside(alarm, cast.approver)
    for attempt in (
        lambda: Alarm.objects.filter(pk=alarm.pk).update(
            aside_until=timezone.localdate() + 300 * DAY
        ),
        lambda: Alarm.objects.filter(pk=alarm.pk).update(record_id=1),
        lambda: Alarm.objects.filter(pk=alarm.pk).delete(),
        lambda: SetAside.objects.filter(pk=kept.pk).update(reason="x"),
        lambda: SetAside.objects.filter(pk=kept.pk).delete(),
        lambda: aside(alarm, cast.approver, reason=" "),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


# -- pages ----------------------------------------------------------------------------------------


def test_an_alarm_is_set_aside_on_its_page(alarm, cast, client_of):
    client, url = client_of(cast.approver), f"/alarms/{alarm.pk}/set-aside/"
    until = timezone.localdate() + 20 * DAY
    assert client.post(url, {"reason": " ", "until": until}).status_code == 422
    late = {"reason": "已核实", "until": until + timedelta(days=400)}
    assert "within a year" in client.post(url, late).content.decode()
    answer = client.post(url, {"reason": "已核实，下周转出", "until": until})
    assert answer.status_code == 302
    page = client.get(f"/alarms/{alarm.pk}/").content.decode()
    assert "已核实，下周转出" in page and "Set aside" in page
    assert alarm.sentence not in client.get("/alarms/").content.decode()
    assert alarm.sentence in client.get("/alarms/?state=aside").content.decode()


def test_own_work_is_refused_in_words(alarm, cast, client_of):
    typed = {"reason": "没事", "until": timezone.localdate() + DAY}
    answer = client_of(cast.reviewer).post(f"/alarms/{alarm.pk}/set-aside/", typed)
    assert answer.status_code == 422 and "You had a hand in this" in answer.content.decode()


def test_a_reporter_sees_only_the_own_alarms(alarm, cast, client_of):
    assert str(alarm.kind.label) in client_of(cast.reporter).get("/alarms/").content.decode()
    stranger = client_of(cast.stranger)
    assert "Nothing looks wrong" in stranger.get("/alarms/").content.decode()
    assert stranger.get(f"/alarms/{alarm.pk}/").status_code == 404
    assert stranger.get("/").context["alarm_count"] == 0


def test_the_list_is_narrowed_and_counted_by_kind(alarm, make, cast, client_of):
    make.posted_allocation()
    alarms.refresh()
    client = client_of(cast.finance)
    page = client.get("/alarms/")
    counts = {query: str(label) for label, query, _current in page.context["views"]}
    assert '<span class="num">1</span>' in counts["rule=hop_late"]
    assert list(client.get("/alarms/?rule=hop_late").context["records"]) == [alarm]
    assert not client.get("/alarms/?rule=split").context["records"]
    mine = {a.rule for a in client.get("/alarms/?mine=yes").context["records"]}
    assert mine == {"hop_late", "idle_money"}  # and not that progress is not reported


def test_the_start_page_tells_each_role_what_is_its_business(alarm, cast, client_of):
    page = client_of(cast.finance).get("/")
    assert page.context["alarm_count"] == 1 and page.context["my_alarms"] == [alarm]
    assert alarm.sentence in page.content.decode()
    assert "alarm_count" not in client_of(cast.clerk).get("/").context


def test_the_page_of_a_project_raises_and_shows_its_alarms(make, cast, client_of):
    hop = make.hop(arrived_on=date(2010, 4, 2))
    page = client_of(cast.reporter).get(f"/projects/{hop.project_id}/").content.decode()
    assert "lies at “city finance” since 2 April 2010" in page
    assert Alarm.objects.filter(rule="hop_late").exists()


def test_thirty_alarms_cost_the_queries_of_three(make, cast, client_of):
    client, project = client_of(cast.auditor), make.project_under_way()

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
        return len(caught)

    def more(count: int) -> None:
        for _i in range(count):
            make.remittance(project=project)
        alarms.refresh()

    more(3)
    paths = ("/alarms/", "/", f"/projects/{project.pk}/")
    for path in paths:
        client.get(path)
    few = [queries(path) for path in paths]
    more(27)
    assert [queries(path) for path in paths] == few
