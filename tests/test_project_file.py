"""The file of a project on its own page, in public and in the admin."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from core.lifecycle import WORKFLOWS
from core.workflow import perform, route_of
from projects.entry_admin import ROWS
from projects.filters import STAGES
from projects.models import Project, WaterWorks
from tests.test_entries import TYPED, Desk

ASKED = [  # the maker of the state, the move, and the panels that it asks for
    ("project", "submit", ["facts", "plan", "plan"]),
    ("submitted_project", "survey", ["surveys"]),
    ("reviewed_project", "enlist", ["notices"]),
    ("library_project", "agree", ["facts"]),
    ("project_under_way", "complete", ["progress", "progress"]),
    ("completed_project", "accept", ["acceptances"]),
    ("accepted_project", "settle", ["settlements", "findings", "money", "money"]),
    ("settled_project", "hand_over", ["assets", "notices"]),
    ("handed_over_project", "close", ["money", "findings", "outcomes"]),
]


@pytest.fixture
def desk(make, cast, client_of) -> Desk:
    return Desk(make, cast, client_of)


@pytest.mark.parametrize(("maker", "move", "anchors"), ASKED)
def test_each_stage_says_what_it_asks_for(make, cast, client_of, maker, move, anchors):
    """And every link of what is missing leads to a place on the page."""
    project = getattr(make, maker)()
    page = client_of(cast.auditor).get(f"/projects/{project.pk}/")
    evidence = page.context["evidence"]
    assert [check.requirement.anchor for check in evidence.checks] == anchors
    text = page.content.decode()
    assert str(evidence.label) in text
    for anchor in anchors:
        assert f'id="{anchor}"' in text, anchor


def test_every_panel_of_the_index_is_on_the_page(desk):
    for kind in TYPED:
        desk.entered(kind)
    page = desk.client_of(desk.cast.officer).get(f"/projects/{desk.project.pk}/")
    text = page.content.decode()
    marks = [mark.anchor for mark in page.context["marks"]]
    assert marks[:3] == ["plan", "money", "contracts"] and marks[-1] == "history"
    assert all(f'id="{anchor}"' in text for anchor in marks)
    assert page.context["empty_panels"] == page.context["closed_panels"] == []


def test_an_empty_panel_is_a_line_with_its_button(make, cast, client_of):
    project = make.project()
    page = client_of(cast.reporter).get(f"/projects/{project.pk}/")
    buttons = [panel.kind.name for panel in page.context["empty_panels"]]
    assert buttons == ["notice", "milestone", "finding"]
    for name in buttons:
        assert f"/projects/{project.pk}/enter/{name}/" in page.content.decode()
    assert "survey" in [panel.kind.name for panel in page.context["closed_panels"]]


def test_reporting_progress_stands_among_what_happens_next(desk):
    client = desk.client_of(desk.cast.reporter)
    path = f"/projects/{desk.project.pk}/enter/progressreport/"
    doings = client.get(f"/projects/{desk.project.pk}/").context["doings"]
    assert [doing.url for doing in doings] == [path]
    desk.entered("progressreport")
    doings = client.get(f"/projects/{desk.project.pk}/").context["doings"]
    assert "40% done" in doings[0].note
    desk.entered("progressreport", reported_on="2010-07-01", percent="100")
    assert client.get(f"/projects/{desk.project.pk}/").context["doings"] == []
    officer = desk.client_of(desk.cast.officer).get(f"/projects/{desk.project.pk}/")
    assert officer.context["doings"] == []


def test_an_approval_names_who_may_give_it_and_since_when(make, cast, client_of):
    project = make.agreed_project()
    route = client_of(cast.officer).get(f"/projects/{project.pk}/").context["route"]
    assert [one.people for one in route] == [[cast.reviewer], [cast.approver, cast.approver2]]
    assert {one.since for one in route} == {project.status_at}
    perform(project, "approve", by=cast.approver)
    page = client_of(cast.officer).get(f"/projects/{project.pk}/")
    given, waiting = page.context["route"]
    assert given.decision.decided_by == cast.approver and waiting.people == [cast.reviewer]
    assert "Qianxinan office" in page.content.decode()


def test_a_second_approval_waits_since_the_first(make, cast):
    project = make.agreed_project(agreed_amount=Decimal("3000000.00"))
    later = route_of(project)[-1]
    assert later.step.from_amount and later.since is None and later.people == []
    perform(project, "approve", by=cast.approver)
    perform(project, "approve", by=cast.reviewer)
    project.refresh_from_db()
    later = route_of(project)[-1]
    assert later.since > project.status_at and later.people == [cast.approver2]


def test_the_plan_shows_what_is_done_and_where(make, cast, client_of):
    project = make.project()
    project.sites.create(name="一组", latitude=Decimal("25.02"), longitude=Decimal("105.81"))
    project.sites.create(name="二组", latitude=Decimal("25.03"), longitude=Decimal("105.83"))
    project.sites.create(name="三组")
    WaterWorks.objects.create(
        project=project, purpose="drinking", means="storage", work="new", people=1286
    )
    plan = client_of(cast.reporter).get(f"/projects/{project.pk}/").context["plan"]
    assert [(place.name, place.number) for place in plan.places] == [
        ("一组", 1),
        ("二组", 2),
        ("三组", None),
    ]
    west, east = plan.board.spots
    assert west.x < east.x and west.y > east.y
    assert plan.details[0][1][-1] == ("People with water", "1,286")
    assert plan.budget_sum == plan.sources_sum == project.agreed_amount


def test_the_chart_begins_with_the_work(desk):
    desk.entered("progressreport")
    page = desk.client_of(desk.cast.officer).get(f"/projects/{desk.project.pk}/")
    chart = page.context["chart"]
    assert (chart.first, chart.last) == (date(2010, 4, 2), date(2010, 6, 1))
    assert len(chart.done.dots) == 2 and chart.done.dots[0][1] > chart.done.dots[1][1]


def test_entries_stand_in_the_history(desk):
    survey = desk.entered("survey")
    client = desk.client_of(desk.cast.officer)
    client.post(f"/entries/survey/{survey.pk}/edit/", desk.typed("survey", people="三人"))
    client.post(f"/entries/survey/{survey.pk}/strike/", {"reason": "重复"})
    page = client.get(f"/projects/{desk.project.pk}/")
    lines = [(line.what, line.note, line.changes) for line in page.context["timeline"]]
    assert ("Struck out: Survey", "重复", []) in lines
    assert ("Put right: Survey", "", [("people", "两人", "三人")]) in lines
    assert ("Entered: Survey", "", []) in lines


def test_every_icon_of_a_life_cycle_is_drawn(settings):
    drawn = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    for workflow in WORKFLOWS.values():
        for one in (*workflow.states, *workflow.moves):
            assert f'id="i-{one.icon}"' in drawn, (workflow.name, one.icon)


# -- in public ------------------------------------------------------------------------------------


def test_the_public_reads_how_the_work_goes_and_no_names(make, cast, client):
    project = make.handed_over_project()
    project.milestones.create(
        name="管道铺通", planned_on=date(2010, 8, 1), created_by=cast.reporter
    )
    struck = project.acceptances.create(
        level="self",
        accepted_on=date(2010, 9, 5),
        people="王某",
        quality="good",
        text="王某说好",
        created_by=cast.reporter,
    )
    struck.strike(by=cast.reporter, reason="王某写错了")
    project.outcomes.create(
        indicator="饮水安全户数",
        before=0,
        after=120,
        measured_on=date(2010, 10, 20),
        evidence="走访王某",
        created_by=cast.reporter,
    )
    answer = client.get(f"/portal/projects/{project.number}/")
    work, page = answer.context["work"], answer.content.decode()
    told = [(event.on.isoformat(), event.text) for event in work.events]
    assert ("2010-09-10", "Accepted by the county, in good quality") in told
    assert ("2010-10-10", "Handed over to those who keep it from now on: 水窖") in told
    assert sum("Accepted" in text for _on, text in told) == 1
    assert (work.last.percent, work.quantities[0].done) == (100, 12)
    assert "饮水安全户数" in page and "120" in page
    for hidden in ("王某", "演示", "冗渡村委会", "12317", "走访"):
        assert hidden not in page, hidden


def test_a_project_that_does_not_stand_is_not_public(make, client):
    for project in (make.agreed_project(), make.submitted_project()):
        assert client.get(f"/portal/projects/{project.number}/").status_code == 404


# -- in the admin ---------------------------------------------------------------------------------


def admin_url(kind: str, action: str, *args) -> str:
    return reverse(f"admin:projects_{kind}_{action}", args=args)


@pytest.mark.parametrize("kind", TYPED)
def test_the_admin_enters_and_refuses_as_the_pages_do(desk, kind):
    _values, who, other = TYPED[kind]
    values = desk.typed(kind) | {"project": desk.project.number}
    model = next(row.model for row in ROWS if row.name == kind)
    before = model.objects.count()
    add = admin_url(kind, "add")
    for person in (getattr(desk.cast, other), desk.cast.stranger):
        refused = desk.client_of(person).post(add, values)
        assert refused.status_code == 403 or refused.context["adminform"].form.errors["project"]
        assert model.objects.count() == before
    answer = desk.client_of(getattr(desk.cast, who)).post(add, values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    entry = model.objects.latest("pk")
    assert entry.project == desk.project and entry.created_by == getattr(desk.cast, who)
    change = admin_url(kind, "change", entry.pk)
    assert desk.client_of(desk.cast.stranger).get(change).status_code == 302  # not found
    writer = desk.client_of(entry.created_by)
    assert writer.get(change).status_code == 200
    assert writer.post(admin_url(kind, "delete", entry.pk), {"post": "yes"}).status_code == 403
    strike = {"action": "strike_out", "_selected_action": [entry.pk]}
    writer.post(admin_url(kind, "changelist"), strike | {"note": ""})
    entry.refresh_from_db()
    assert entry.struck_at is None
    writer.post(admin_url(kind, "changelist"), strike | {"note": "填错了"})
    entry.refresh_from_db()
    assert entry.struck_reason == "填错了" and entry.struck_by == entry.created_by
    assert writer.post(change, values).status_code == 403


def test_the_admin_enters_nothing_where_the_pages_enter_nothing(make, cast, client_of):
    closed, draft = make.closed_project(), make.submitted_project()
    of_the_county = make.project_under_way()
    for kind, project, person in (
        ("milestone", closed, cast.reporter),
        ("progressreport", draft, cast.reporter),
        ("progressreport", of_the_county, cast.officer),
    ):
        values = TYPED[kind][0] | {"project": project.number}
        answer = client_of(person).post(admin_url(kind, "add"), values)
        assert answer.status_code == 200
        assert set(answer.context["adminform"].form.errors) == {"project"}, kind


def test_the_admin_enters_the_quantities_of_a_report(desk):
    report = desk.entered("progressreport")
    quantity = desk.project.quantities.get()
    values = {"project": desk.project.number, "progress": report.pk, "quantity": quantity.pk}
    client, add = desk.client_of(desk.cast.reporter), admin_url("donequantity", "add")
    assert client.post(add, values | {"done": "7"}).status_code == 302
    assert report.quantities.get().done == 7
    later = desk.entered("progressreport", reported_on="2010-07-01")
    refused = client.post(add, values | {"progress": later.pk, "done": "6"})
    assert refused.status_code == 200 and later.quantities.count() == 0


def test_parts_are_typed_in_the_admin_until_they_are_frozen(make, cast, client_of):
    """The inlines of a project: open in a draft, to be read only once it was proposed."""
    parts = {"site", "plannedquantity", "budgetline", "fundingsource", "waterworks"}
    draft, frozen = make.project(), make.submitted_project()
    client = client_of(cast.reporter)
    page = client.get(admin_url("project", "change", draft.pk))
    inlines = page.context["inline_admin_formsets"]
    assert parts <= {inline.opts.model._meta.model_name for inline in inlines}
    assert all(inline.has_change_permission for inline in inlines)
    page = client.get(admin_url("project", "change", frozen.pk))
    inlines = page.context["inline_admin_formsets"]
    assert not any(inline.has_change_permission for inline in inlines)
    assert "冗渡" in page.content.decode() and "水窖" in page.content.decode()
    quantity = frozen.quantities.get()
    sent = {
        "plannedquantity-TOTAL_FORMS": 1,
        "plannedquantity-INITIAL_FORMS": 1,
        "plannedquantity-0-id": quantity.pk,
        "plannedquantity-0-project": frozen.pk,
        "plannedquantity-0-item": "水窖",
        "plannedquantity-0-unit": "well",
        "plannedquantity-0-planned": "99",
    }
    client.post(admin_url("project", "change", frozen.pk), sent)
    quantity.refresh_from_db()
    assert quantity.planned == 12


# -- the list -------------------------------------------------------------------------------------


def rows_of(client, query: str) -> list:
    return list(client.get(f"/projects/?{query}").context["records"])


def test_the_list_finds_projects_by_stage_and_by_what_they_lack(make, cast, client_of):
    draft, working, done = make.project(), make.project_under_way(), make.completed_project()
    client = client_of(cast.officer)
    assert rows_of(client, "stage=preparing") == [draft]
    assert rows_of(client, "stage=working") == [working]
    assert rows_of(client, "stage=finishing") == [done]
    assert rows_of(client, "stage=troubled") == rows_of(client, "stage=over") == []
    assert rows_of(client, "lacks=report") == [working]
    assert rows_of(client, "lacks=rectification") == rows_of(client, "lacks=answer") == []
    values = {"created_by": cast.reporter}
    working.findings.create(
        source="audit", found_on=date(2010, 5, 1), due_on=date(2010, 6, 1), text="x", **values
    )
    objection = done.notices.first().objections.create(
        project=done, received_on=date(2010, 5, 1), text="x", **values
    )
    assert rows_of(client, "lacks=rectification") == [working]
    assert rows_of(client, "lacks=answer") == [done]
    objection.strike(by=cast.reporter, reason="撤回")
    assert rows_of(client, "lacks=answer") == []


def test_every_state_belongs_to_one_stage():
    states = [state for _words, states in STAGES.values() for state in states]
    assert sorted(states) == sorted(Project.Status.values)
