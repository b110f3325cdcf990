"""The demonstration data: it adds up to the published year, and says what it is."""

import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.test import override_settings

from accounts.models import User
from accounts.tasks import Task
from core.attachments import Attachment
from core.models import Decision
from core.notes import Note
from core.workflow import waiting_for
from donations.models import Donor, Gift, GoodsGift, Programme
from ledger import trace
from ledger.models import Fund
from partnerships.models import Twinning
from projects.alarm_rules import RULES
from projects.models import (
    Agreement,
    Alarm,
    Allocation,
    Amendment,
    Appropriation,
    BudgetLine,
    Contract,
    Contribution,
    Disaster,
    FundingSource,
    Hop,
    Instalment,
    Notice,
    Outcome,
    Payment,
    PlanPeriod,
    ProgressReport,
    Project,
    Remittance,
    Surplus,
    Survey,
    ToldApart,
    Village,
)
from reports.demo import scale
from reports.demo.people import ACCOUNTS, PASSWORD
from training.models import Course, Secondment

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]  # the year is loaded once


class Year:
    """What a load said, and a fingerprint of what two loads wrote."""

    def __init__(self, said: str, fingerprints: list[str]):
        self.said, self.fingerprints = said, fingerprints


@pytest.fixture(scope="module", autouse=True)
def year(django_db_setup, django_db_blocker, tmp_path_factory):
    """The year loaded twice, each time into an empty database; the second stays for the tests."""
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), files:
        with transaction.atomic():
            call_command("demo", stdout=StringIO())
            first = fingerprint()
            transaction.set_rollback(True)
        with transaction.atomic():
            call_command("demo", stdout=(said := StringIO()))
            yield Year(said.getvalue(), [first, fingerprint()])
            transaction.set_rollback(True)


def fingerprint() -> str:
    """A hash of everything of the year but database numbers and moments of loading."""
    rows = [
        Project.objects.filter(year__lte=2010)
        .order_by("number")
        .values_list(
            *("number", "name_zh", "name_en", "status", "agreed_amount", "town__code"),
            *("village__name_zh", "supporter__key", "people_count", "created_at", "completed_on"),
        ),
        Gift.objects.filter(received_on__year=2010)
        .order_by("receipt_number")
        .values_list("receipt_number", "check_code", "amount", "donor__number", "donor__name_zh"),
        GoodsGift.objects.order_by("number").values_list("number", "goods_zh", "value_amount"),
        Allocation.objects.filter(allocated_on__year=2010)
        .order_by("number")
        .values_list("number", "project__number", "fund__key", "amount", "allocated_on"),
        Payment.objects.filter(paid_on__year=2010)
        .order_by("number")
        .values_list("number", "voucher", "amount", "line__project__number", "paid_on"),
        Decision.objects.filter(decided_at__year__lte=2010)
        .order_by("id")
        .values_list("workflow", "move", "decided_by__username", "decided_at"),
    ]
    text = json.dumps([list(part) for part in rows], default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def total(rows, field: str) -> tuple[int, Decimal]:
    return tuple(rows.aggregate(a=Count("pk"), b=Sum(field)).values())


# -- the published year ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "count", "amount"),
    [
        ({}, 309, "81850000.00"),
        ({"kind": "government"}, 148, "43150000.00"),
        ({"kind": "social"}, 161, "38700000.00"),
        ({"kind": "government", "is_integrated": True}, 109, "31190000.00"),
        ({"is_integrated": True, "types__contains": ["model_village"]}, 58, "14400000.00"),
        ({"is_integrated": True, "types__contains": ["industry"]}, 31, "6140000.00"),
        ({"kind": "social", "lines__fund__key": "zhu-yinglong"}, 18, "26120000.00"),
    ],
)
def test_projects_add_up(filters, count, amount):
    rows = Project.objects.counted().filter(year=2010, **filters)
    assert total(rows, "agreed_amount") == (count, Decimal(amount))


def test_every_model_village_is_another_village():
    rows = Project.objects.filter(year=2010, types__contains=["model_village"])
    assert rows.values("village").distinct().count() == 58


def test_the_projects_lie_in_all_counties():
    rows = Project.objects.filter(year=2010).values_list("county__code").annotate(Count("pk"))
    counts = dict(rows.order_by())
    assert len(counts) == 24
    assert [counts[code] for code in ("522324", "522327", "522622", "522634")] == [29] * 4
    assert sum(count for code, count in counts.items() if code.startswith("5223")) == 137


def test_social_projects_got_what_was_agreed():
    rows = Allocation.objects.posted().filter(fund__kind="donated", allocated_on__year=2010)
    assert total(rows, "amount")[1] == Decimal("38700000.00")
    zhu = rows.filter(fund__key="zhu-yinglong")
    assert total(zhu, "amount") == (18, Decimal("26120000.00"))
    for project in Project.objects.filter(year=2010, kind="social").with_money():
        assert project.received_amount == project.agreed_amount


def test_drought_relief_adds_up():
    grants = Appropriation.objects.posted().filter(relief_for__isnull=False)
    assert sorted(grants.values_list("relief_for__code", "amount")) == [
        ("522300", Decimal("2000000.00")),
        ("522600", Decimal("2000000.00")),
    ]
    gifts = Gift.objects.posted().filter(programme__is_drought_relief=True)
    assert total(gifts, "amount") == (1284, Decimal("4900000.00"))
    goods = GoodsGift.objects.confirmed().filter(programme__is_drought_relief=True)
    assert total(goods, "value_amount") == (96, Decimal("1320000.00"))
    assert total(Project.objects.filter(is_drought_relief=True), "people_count")[1] == 204_310


def test_drought_relief_reached_as_many_towns_and_schools_as_printed():
    rows = Project.objects.filter(is_drought_relief=True)
    towns = {*rows.values_list("town", flat=True), *rows.values_list("sites__town", flat=True)}
    assert len(towns - {None}) == 86
    assert rows.values("county").distinct().count() == 8
    assert total(rows, "relief__schools")[1] == 30
    assert set(rows.values_list("disaster__key", flat=True)) == {"drought-2009"}
    works = rows.filter(waterworks__isnull=False)
    assert len(set(works.values_list("waterworks__means", flat=True))) == 4
    assert set(works.values_list("waterworks__work", flat=True)) == {"new", "renewed"}
    products = rows.filter(industrybase__isnull=False).values_list("industrybase__product")
    assert {product for (product,) in products} == {"vegetables", "tobacco", "fruit", "rabbit"}


def test_the_plan_period_adds_up():
    rows = Project.objects.counted().filter(year__range=(2006, 2010))
    villages = rows.filter(kind="government", types__contains=["model_village"])
    assert villages.values("village").distinct().count() == 103
    assert total(villages, "agreed_amount")[1] == Decimal("51530000.00")
    bases = rows.filter(industrybase__is_eco_base=True)
    assert total(bases, "agreed_amount") == (13, Decimal("15260000.00"))
    assert Village.objects.filter(is_old_base=True, advanced_in__lte=2010).count() == 16


def test_an_agreement_is_as_large_as_its_projects():
    for agreement in Agreement.objects.all():
        assert agreement.status == "signed"
        lines = agreement.projects.exclude(status="cancelled")
        assert total(lines, "agreed_amount")[1] == agreement.amount
    annual = Agreement.objects.filter(year=2010, supporter__key="nb")
    assert {(one.receiver.key, one.signed_on.month) for one in annual} == {("qxn", 7), ("qdn", 7)}


def test_the_budget_of_a_project_adds_up_to_its_sources():
    for project in Project.objects.filter(year__lte=2010):
        budget = total(project.budget.all(), "amount")[1]
        sources = total(project.sources.all(), "amount")[1]
        aid = project.sources.filter(source__in=FundingSource.AID)
        assert budget == sources
        assert total(aid, "amount")[1] == project.agreed_amount
        assert project.quantities.exists()


def test_what_was_decided_last_is_what_stands():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM projects_project p JOIN LATERAL (
                SELECT content FROM core_decision
                 WHERE workflow = 'project' AND record_id = p.id ORDER BY id DESC LIMIT 1) d ON true
             WHERE (d.content->>'agreed_amount')::numeric <> p.agreed_amount
                OR d.content->>'name_zh' <> p.name_zh
                OR (d.content->>'completed_on')::date IS DISTINCT FROM p.completed_on
                OR (d.content->>'agreement_id')::bigint IS DISTINCT FROM p.agreement_id
            """
        )
        assert cursor.fetchone() == (0,)


def test_the_projects_stand_on_every_stage():
    stages = set(Project.objects.counted().filter(year=2010).values_list("status", flat=True))
    assert stages == set(Project.STANDING)


def test_training_adds_up():
    courses = Course.objects.confirmed().filter(starts_on__year=2010)
    batches = Secondment.objects.confirmed().filter(starts_on__year=2010)
    assert total(courses, "people_count") == (9, 557)
    assert total(courses.filter(kind="new_rural"), "people_count") == (2, 174)
    assert total(batches, "people_count") == (4, 78)
    huangping = courses.get(division__code="522622")
    assert (huangping.people_count, huangping.people_qualifier) == (70, "more")
    assert huangping.co_host.key == "nb-jingwei"


# -- its money ------------------------------------------------------------------------------------


def test_the_ledger_adds_up():
    call_command("check_ledger", stdout=StringIO())


def test_no_fund_and_no_line_is_ever_short():
    """Not even between two days of the year."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM (
                SELECT sum(sum(change)) OVER (PARTITION BY pool ORDER BY day) AS balance FROM (
                    SELECT target_id AS pool, posted_on AS day, amount AS change
                      FROM ledger_movement
                    UNION ALL SELECT source_id, posted_on, -amount FROM ledger_movement
                     WHERE source_id IS NOT NULL) AS changes
                 GROUP BY pool, day) AS balances
             WHERE balance < 0
            """
        )
        assert cursor.fetchone() == (0,)


def test_money_waits_for_approval_and_payment_for_money():
    approved = dict(
        Decision.objects.filter(workflow="project", move="approve").values_list(
            "record_id", "decided_at__date"
        )
    )
    for project, day in Allocation.objects.posted().values_list("project", "allocated_on"):
        assert approved[project] <= day
    late = Payment.objects.paid().filter(line__project__completed_on__lt=F("paid_on"))
    kept_back = Payment.objects.paid().exclude(paid_on__year=2010)
    assert set(late) == set(kept_back)
    a_year = F("line__project__completed_on") + timedelta(days=365)
    assert not kept_back.exclude(paid_on__gte=a_year).exists()


def test_contracts_fit_their_budget_lines_and_are_paid_in_their_instalments():
    """And what is paid under them goes to their contractors."""
    fitting = Contract.objects.exclude(project__alarms__rule="over_budget")
    for contract in fitting.prefetch_related("instalments__payments"):
        line = BudgetLine.objects.filter(project=contract.project_id, purpose=contract.budget)
        assert line.aggregate(sum=Sum("amount"))["sum"] >= contract.amount
        for instalment in contract.instalments.all():
            paid = sum(one.amount for one in instalment.payments.all() if one.status == "paid")
            assert paid in (0, instalment.amount) and bool(paid) == bool(instalment.met_on)
    bound = Payment.objects.filter(contract__isnull=False)
    assert bound.exists() and not bound.exclude(payee=F("contract__contractor")).exists()


def test_money_on_its_way_arrives_or_stands_somewhere():
    remittances = Remittance.objects.prefetch_related("hops")
    stands = [one for one in remittances if not one.is_arrived]
    assert sorted(one.way[-1].place for one in stands) == ["city", "county", "prefecture"]
    assert [one.kept_amount for one in stands if one.kept_amount] == [1000]
    assert all(not one.kept_amount for one in remittances if one.is_arrived)


def test_surplus_goes_back_to_the_fund_that_it_came_from():
    for surplus in Surplus.objects.all():
        assert surplus.status == "posted" and surplus.line.free_amount == 0
        settled = surplus.line.project.settlements.get().settled
        assert settled + surplus.amount == surplus.line.project.agreed_amount
    assert Surplus.objects.count() == 2


def test_three_people_stand_behind_a_payment():
    for payment in Payment.objects.paid()[:20]:
        people = Decision.objects.of(payment).values_list("decided_by", flat=True)
        assert len({payment.created_by_id, *people}) == 3


def test_the_gift_of_the_readme_goes_two_ways_and_waits():
    gift = Gift.objects.get(
        amount=10_000, received_on=date(2010, 3, 18), donor__name_zh="演示·陈某"
    )
    steps = trace.of_gift(gift.movement_id)
    paid = [step for step in steps if step.kind == "payment"]
    assert sorted(step.amount for step in paid) == [1340, 2010, 3720]
    assert {step.free_amount for step in steps if step.pool_kind == "fund"} == {2000}
    assert sum(step.free_amount for step in steps if step.pool_kind == "line") == 930
    pools = {step.pool_id for step in steps if step.pool_kind == "line"}
    projects = Project.objects.filter(lines__pool__in=pools)
    assert sorted(projects.values_list("name_en", flat=True)) == [
        "12 water cellars, Rongdu Town",
        "Spring-water pipe, 4.6 km, Bihen Town",
    ]


def test_the_command_names_that_gift(year):
    gift = Gift.objects.get(
        amount=10_000, received_on=date(2010, 3, 18), donor__name_zh="演示·陈某"
    )
    assert gift.receipt_number in year.said
    assert gift.check_code in year.said


# -- what it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        *(Project, Village, Allocation, Payment, Appropriation, Fund),
        *(Programme, Donor, Gift, GoodsGift, Course, Secondment),
        *(Agreement, Disaster, PlanPeriod, Survey, Notice, ProgressReport, Outcome),
        *(Contract, Instalment, Remittance, Hop, Contribution, Surplus),
    ],
)
def test_every_record_carries_the_mark(model):
    assert model.objects.exists()
    assert not model.objects.filter(is_demo=False).exists()


def test_invented_givers_say_so_in_their_names():
    named = {"朱英龙", "宁波市佛教协会", "七塔禅寺", "宁波市佛教居士林"}
    invented = Donor.objects.exclude(name_zh__in=named)
    assert Donor.objects.filter(name_zh__in=named).count() == 4
    assert not invented.exclude(name_zh__startswith="演示").exists()
    assert not invented.exclude(name_en__startswith="Demo").exists()


def test_only_the_printed_accounts_can_sign_in(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    active = User.objects.filter(is_active=True)
    assert {user.username for user in active} == {account.username for account in ACCOUNTS}
    assert len({user.password for user in active}) == 1
    assert active[0].check_password(PASSWORD)
    others = User.objects.filter(is_active=False)
    assert not any(user.has_usable_password() for user in others)
    assert not User.objects.filter(is_superuser=True).exists()


def test_supporters_are_those_of_the_year():
    pairs = set(Twinning.objects.on(date(2010, 7, 1)).values_list("supporter", "receiver"))
    rows = Project.objects.filter(year=2010).exclude(supporter__key="nb")
    assert rows.exists()
    assert set(rows.values_list("supporter", "office")) <= pairs


def test_every_kind_of_alarm_has_its_example():
    standing = Alarm.objects.standing()
    assert set(standing.values_list("rule", flat=True)) == {rule.key for rule in RULES}
    assert standing.set_aside().count() == 1 and ToldApart.objects.count() == 1
    marked = {Contract: "number", Remittance: "document"}
    for model, words in marked.items():
        shown = model.objects.filter(project__alarms__rule__in=["paid_early", "hop_late"])
        assert shown.filter(**{f"{words}__contains": "演示"}).exists()
        assert not model.objects.filter(is_demo=False).exists()


def test_what_waits_is_not_of_2010():
    waiting = Project.objects.filter(status__in=["draft", "proposed", "returned"])
    assert dict(waiting.values_list("status").annotate(Count("pk")).order_by()) == {
        "draft": 4,
        "proposed": 8,
        "returned": 2,
    }
    assert not waiting.filter(year=2010).exists()
    assert Allocation.objects.filter(status="proposed").count() == 2
    assert Payment.objects.filter(status="requested").count() == 2
    assert Payment.objects.filter(status="approved").count() == 1
    assert Gift.objects.filter(status="recorded").exclude(received_on__year=2010).count() == 5
    assert Course.objects.filter(status="recorded").exclude(starts_on__year=2010).count() == 1


def test_both_sides_talk_on_what_waits():
    people = {user.username: user for user in User.objects.exclude(email="")}
    reporter, officer = people["reporter-leishan"], people["officer"]
    assert Task.objects.open().for_user(reporter).visible_to(reporter).count() == 2
    assert Task.objects.open().for_user(officer).visible_to(officer).count() == 2
    assert Note.objects.filter(told=[reporter.pk]).count() == 1
    projects = Project.objects.filter(pk__in=Task.objects.values("record_id"))
    assert not projects.filter(year=2010).exists()


# -- the command ----------------------------------------------------------------------------------


def test_two_loads_are_the_same(year):
    first, second = year.fingerprints
    assert first == second


def test_a_second_run_changes_nothing(year):
    before = Decision.objects.count(), Gift.objects.count()
    call_command("demo", stdout=(said := StringIO()))
    assert "loaded already" in said.getvalue()
    assert (Decision.objects.count(), Gift.objects.count()) == before
    assert fingerprint() == year.fingerprints[1]


def test_scale_adds_gifts_outside_the_year(monkeypatch):
    monkeypatch.setattr(scale, "GIFTS_OF_THE_YEAR", 60)
    monkeypatch.setattr(scale, "BATCH", 50)
    for _run in range(2):
        call_command("demo", scale=1, stdout=StringIO())
    rows = Gift.objects.posted().filter(programme__key__startswith="scale-")
    assert rows.count() == 60
    assert not rows.exclude(received_on__year=2011).exists()
    call_command("check_ledger", stdout=StringIO())


def test_accounts_are_printed_as_a_table():
    call_command("demo", accounts=True, stdout=(said := StringIO()))
    lines = said.getvalue().splitlines()
    assert len([line for line in lines if PASSWORD in line]) == len(ACCOUNTS)
    assert "陈国华" in said.getvalue()


def test_no_demonstration_where_it_has_no_place(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=0"):
        call_command("demo", stdout=StringIO())


def test_every_stage_has_a_project_of_the_present_year():
    later = Project.objects.filter(year__gt=2010)
    assert set(later.values_list("status", flat=True)) == set(Project.Status.values) - {"closed"}
    amendments = Amendment.objects.values_list("status", flat=True).order_by("status")
    assert list(amendments) == ["approved", "declined", "submitted"]
    for user in ("reviewer", "officer", "approver", "finance"):
        person = User.objects.get(username=user)
        assert any(queue.records.exists() for queue in waiting_for(person)), user
    carried = Amendment.objects.get(status="approved")
    assert carried.project.people_count == carried.changes["people_count"]


def test_photographs_tell_their_day_and_place():
    files = Attachment.objects.photographs().filter(caption__contains="演示图")
    assert files.count() >= 8 and files.published().count() >= 4
    assert all(file.taken_at and file.latitude for file in files)
    assert not files.repeated().exists()
