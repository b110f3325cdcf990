"""What projects stand in: agreements, plan periods, disasters, villages, and their figures."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Division
from core.workflow import perform
from projects.models import Disaster, PlanPeriod, Village
from projects.targets import reached
from reports.figures import figures_of

LISTS = ["/agreements/", "/plan-periods/", "/disasters/", "/villages/", "/amendments/"]


@pytest.fixture
def village(make):
    return Village.objects.create(county=make.place(), name_zh="板街村", name_en="Banjie")


@pytest.fixture
def drought(make):
    found = Disaster.objects.create(
        name_zh="旱灾", name_en="Drought", key="drought", kind="drought", started_on="2009-10-01"
    )
    found.places.add(make.place())
    return found


def test_both_sides_sign_an_agreement_and_neither_for_the_other(make, cast):
    agreement = perform(make.agreement(), "submit", by=cast.officer)
    with pytest.raises(PermissionDenied):
        perform(agreement, "sign", by=cast.officer)
    agreement = perform(agreement, "sign", by=cast.reviewer)
    assert agreement.status == "offered"
    with pytest.raises(PermissionDenied):
        perform(agreement, "sign", by=cast.reviewer, asked={"signed_on": "2010-07-20"})
    agreement = perform(agreement, "sign", by=cast.approver, asked={"signed_on": "2010-07-20"})
    assert agreement.status == "signed"


def test_the_page_of_an_agreement_adds_its_projects_up(make, cast, client_of):
    project = make.agreed_project(kind="government", level="city")
    agreement = project.agreement
    page = client_of(cast.officer).get(agreement.get_absolute_url())
    assert page.context["sums"]["agreed"] == Decimal("697500.00")
    assert page.context["difference"] == Decimal("50000000.00") - Decimal("697500.00")
    assert project.number in page.content.decode()


def test_projects_never_pass_the_total_of_their_agreement(make, cast):
    signed = make.signed_agreement(amount=Decimal("700000.00"))
    make.agreed_project(kind="government", level="city")
    second = make.library_project(kind="government", level="city")
    with pytest.raises(Exception, match="has ¥2,500.00 left"):
        perform(second, "agree", by=cast.officer, asked={"agreement": signed})


def test_an_officer_enters_an_agreement_with_its_targets(cast, client_of):
    client = client_of(cast.officer)
    page = client.get("/agreements/new/")
    form = page.context["form"]
    data = {
        "form_token": page.context["opened"].token,
        "name_zh": "2010 年对口帮扶项目合同",
        "year": "2010",
        "supporter": form.fields["supporter"].queryset[0].pk,
        "receiver": form.fields["receiver"].queryset[0].pk,
        "amount": "100000",
        "amount_unit": "yuan",
        "target-TOTAL_FORMS": "1",
        "target-INITIAL_FORMS": "0",
        "target-0-measure": "projects",
        "target-0-planned": "5",
    }
    answer = client.post("/agreements/new/", data)
    assert answer.status_code == 302, answer.context["form"].errors


@pytest.mark.parametrize("path", LISTS)
def test_the_lists_open_and_cost_the_same_for_more_rows(make, cast, client_of, village, path):
    client = client_of(cast.officer)

    def rows(count: int) -> None:
        for _i in range(count):
            n = next(make.serial)
            make.agreement(year=2000 + n, name_zh=f"合同{n}")
            PlanPeriod.objects.create(name_zh=f"规划{n}", first_year=2006, last_year=2010)
            Disaster.objects.create(
                name_zh=f"旱灾{n}", key=f"d{n}", kind="drought", started_on="2009-10-01"
            )
            Village.objects.create(county=village.county, name_zh=f"村{n}")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
        return len(caught)

    rows(1)
    queries()
    few = queries()
    rows(6)
    assert queries() == few


def test_a_village_shows_every_project_of_every_year_and_counts_once(
    make, cast, client_of, village
):
    for year in (2008, 2010):
        make.approved_project(
            year=year, village=village, types=["model_village"], kind="government",
            level="city", is_integrated=True,
        )  # fmt: skip
    page = client_of(cast.officer).get(f"/villages/{village.pk}/")
    assert [row["year"] for row in page.context["by_year"]] == [2010, 2008]
    figure = figures_of(2010)["C5"]
    assert (figure.number, figure.value, figure.count) == (1, Decimal("1395000.00"), 2)


def test_targets_are_set_beside_what_was_done(make, village):
    period = PlanPeriod.objects.create(name_zh="十一五规划", first_year=2006, last_year=2010)
    target = period.targets.create(measure="model_villages", planned=4)
    project = make.approved_project(village=village, types=["model_village"])
    found = reached(period.targets.all(), type(project).objects.filter(year__range=(2006, 2010)))
    assert [(one.target, one.done, one.percent) for one in found] == [(target, 1, 25)]


def test_a_disaster_counts_what_was_done_against_it(make, cast, client_of, drought):
    project = make.project(disaster=drought, is_drought_relief=True, people_count=1286)
    project.refresh_from_db()
    for move, by in (("submit", cast.reporter),):
        perform(project, move, by=by)
    page = client_of(cast.officer).get(f"/disasters/{drought.pk}/")
    assert page.context["sums"]["count"] == 0  # proposed is not done
    make.approved_project(disaster=drought, is_drought_relief=True, people_count=1286)
    page = client_of(cast.officer).get(f"/disasters/{drought.pk}/")
    assert (page.context["sums"]["count"], page.context["reach"]["people"]) == (1, 1286)


def test_figures_of_the_reach_of_drought_relief(make, drought):
    town = Division.objects.get(code="522327104")
    for _i in range(2):
        make.approved_project(is_drought_relief=True, town=town, people_count=100)
    found = figures_of(2010)
    assert [found[key].number for key in ("B4", "B4a", "B4b", "B4c")] == [1, 1, 200, 0]
    assert found["B5"].number == 2 and found["A7"].number == 1


def test_only_officers_change_the_frame(cast, client_of, village, drought):
    for path in (f"/villages/{village.pk}/edit/", f"/disasters/{drought.pk}/edit/"):
        assert client_of(cast.officer).get(path).status_code == 200
        assert client_of(cast.reporter).get(path).status_code == 403
    assert client_of(cast.reporter).get("/agreements/new/").status_code == 403


def test_the_record_lists_of_figures_show_what_they_count(make, cast, client_of, village):
    make.approved_project(village=village, types=["model_village"], kind="government",
                          level="city", is_integrated=True)  # fmt: skip
    Village.objects.filter(pk=village.pk).update(is_old_base=True, advanced_in=2009)
    make.signed_agreement(year=2011)
    client = client_of(cast.auditor)
    found = figures_of(2010)
    for key in ("C5", "C6", "B5"):
        for part in found[key].parts:
            page = client.get(part.url)
            assert page.context["page"].total == part.tally.count, (key, part.url)
