"""Entries in the file of a project: who enters, corrects, follows up and strikes out which kind."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.attachments import Attachment
from core.workflow import perform
from projects.entries import KINDS
from projects.models import ProgressReport
from tests import papers
from tests.test_whole_case import refused

DAY = "2010-06-01"
# What is typed for each kind, who enters it, and who reads the project without entering it.
TYPED = {
    "survey": ({"surveyed_on": DAY, "people": "两人", "opinion": "可行", "recommends": "on"},
               "officer", "reporter"),
    "notice": ({"occasion": "before", "place": "公示栏", "starts_on": DAY, "ends_on": "2010-06-12",
                "phone": "12317"}, "reporter", "officer"),
    "objection": ({"received_on": DAY, "text": "为什么没有我们组？"}, "reporter", "finance"),
    "progressreport": ({"reported_on": DAY, "percent": "40", "spent": "0", "text": "施工"},
                       "reporter", "reviewer"),
    "milestone": ({"name": "管道铺通", "planned_on": "2010-08-01"}, "reporter", "approver"),
    "inspection": ({"inspected_on": DAY, "people": "两人", "result": "良好"},
                   "reviewer", "reporter"),
    "finding": ({"source": "audit", "found_on": DAY, "text": "凭证不符"}, "auditor", "approver"),
    "acceptance": ({"level": "county", "accepted_on": DAY, "people": "两人", "quality": "good",
                    "text": "合格", "is_passed": "on"}, "reviewer", "finance"),
    "settlement": ({"settled_on": DAY, "claimed": "1000", "settled": "990.5"},
                   "finance", "reporter"),
    "asset": ({"name": "水窖", "custodian": "村委会", "handed_on": DAY}, "reporter", "auditor"),
    "assetvisit": ({"visited_on": DAY, "condition": "in_use", "people": "两人"},
                   "officer", "clerk"),
    "outcome": ({"indicator": "饮水安全户数", "before": "0", "after": "120", "measured_on": DAY,
                 "evidence": "走访"}, "officer", "finance"),
    "contract": ({"number": "2010-1", "contractor": "水利施工队", "procurement": "inquiry",
                  "subject": "水窖", "amount": "600", "signed_on": DAY, "retention_percent": "0"},
                 "reporter", "finance"),
    "instalment": ({"condition": "开工", "amount": "200"}, "reporter", "finance"),
    "remittance": ({"document": "甬财拨1号", "amount": "1000", "sent_on": "2010-04-01"},
                   "finance", "reporter"),
    "hop": ({"place": "county", "arrived_on": DAY, "amount": "1000", "voucher": "12"},
            "reporter", "approver"),
    "contribution": ({"source": "county", "amount": "5000", "came_on": DAY, "what": "配套"},
                     "reporter", "officer"),
}  # fmt: skip


class Desk:
    """A project under way, and what a person types into its file."""

    def __init__(self, make, cast, client_of):
        self.make, self.cast, self.client_of = make, cast, client_of
        self.project = make.project_under_way()

    def typed(self, kind: str, **changes) -> dict:
        values = dict(TYPED[kind][0])
        if kind in ("survey", "inspection"):
            values["office"] = self.make.office().pk
        if kind == "objection":
            values["notice"] = self.project.notices.first().pk
        if kind == "assetvisit":
            values["asset"] = self.asset().pk
        if kind == "instalment":
            values["contract"] = self.above("contracts", self.make.contract).pk
        if kind == "hop":
            values["remittance"] = self.above("remittances", self.make.remittance).pk
        return values | changes

    def above(self, name: str, maker):
        return getattr(self.project, name).first() or maker(project=self.project)

    def asset(self):
        by = self.cast.reporter
        return self.project.assets.first() or self.project.assets.create(
            name="水窖", custodian="村委会", handed_on=date(2010, 5, 1), created_by=by
        )

    def post(self, kind: str, who: str = "", **changes):
        client = self.client_of(getattr(self.cast, who or TYPED[kind][1]))
        return client.post(
            f"/projects/{self.project.pk}/enter/{kind}/", self.typed(kind, **changes)
        )

    def entered(self, kind: str, **changes):
        answer = self.post(kind, **changes)
        assert answer.status_code == 302, answer.context and answer.context["form"].errors
        return KINDS[kind].model.objects.latest("pk")

    def errors(self, kind: str, **changes) -> dict:
        answer = self.post(kind, **changes)
        assert answer.status_code == 422
        return answer.context["form"].errors


@pytest.fixture
def desk(make, cast, client_of) -> Desk:
    return Desk(make, cast, client_of)


def test_every_kind_is_typed_here():
    assert set(TYPED) <= set(KINDS)


@pytest.mark.parametrize("kind", TYPED)
def test_an_entry_is_typed_read_put_right_and_struck_out(desk, kind):
    """By the role that enters it; for others 403, for a stranger 404, in a closed file 409."""
    cast, client_of = desk.cast, desk.client_of
    add = f"/projects/{desk.project.pk}/enter/{kind}/"
    _typed, who, other = TYPED[kind]
    assert client_of(getattr(cast, who)).get(add).status_code == 200
    assert client_of(getattr(cast, other)).get(add).status_code == 403
    assert client_of(cast.stranger).get(add).status_code == 404
    assert desk.post(kind, other).status_code == 403
    assert desk.post(kind, "stranger").status_code == 404

    entry = desk.entered(kind)
    assert entry.project == desk.project and entry.created_by == getattr(cast, who)
    writer, reader = client_of(entry.created_by), client_of(getattr(cast, other))
    path = f"/entries/{kind}/{entry.pk}"
    page = reader.get(f"/projects/{desk.project.pk}/")
    assert f'id="{kind}-{entry.pk}"' in page.content.decode()
    for action in ("edit", "strike"):
        assert writer.get(f"{path}/{action}/").status_code == 200
        assert reader.get(f"{path}/{action}/").status_code == 403
        assert client_of(cast.stranger).post(f"{path}/{action}/").status_code == 404
    texts = ("voucher", "people", "text", "place", "name", "custodian", "evidence", "auditor")
    texts += ("subject", "condition", "what", "document")
    text = next(name for name in texts if hasattr(entry, name))
    changed = desk.typed(kind) | {text: "改正"}
    assert writer.post(f"{path}/edit/", changed).status_code == 302
    entry.refresh_from_db()
    assert getattr(entry, text) == "改正"

    assert writer.post(f"{path}/strike/", {"reason": "  "}).status_code == 422
    assert writer.post(f"{path}/strike/", {"reason": "填错了项目"}).status_code == 302
    entry.refresh_from_db()
    assert entry.struck_at and entry.struck_by == entry.created_by
    assert "填错了项目" in reader.get(f"/projects/{desk.project.pk}/").content.decode()
    assert writer.post(f"{path}/edit/", changed).status_code == 409
    assert writer.post(f"{path}/strike/", {"reason": "x"}).status_code == 409


@pytest.mark.parametrize("kind", TYPED)
def test_an_entry_of_another_office_is_not_put_right(desk, kind):
    """Nor by somebody of the same role in an office that reads the project."""
    entry = desk.entered(kind)
    entry.created_by.office = desk.make.office("nb-jiangbei")
    entry.created_by.save()
    colleague = desk.cast.reporter2
    colleague.groups.set(entry.created_by.groups.all())
    for action in ("edit", "strike"):
        answer = desk.client_of(colleague).post(f"/entries/{kind}/{entry.pk}/{action}/", {})
        assert answer.status_code == 403


def test_a_closed_file_takes_visits_and_findings_alone(make, cast, client_of):
    project = make.closed_project()
    for kind, (values, who, _other) in TYPED.items():
        path = f"/projects/{project.pk}/enter/{kind}/"
        client = client_of(getattr(cast, who))
        more = {"asset": project.assets.get().pk} if kind == "assetvisit" else {}
        more = more | ({"visited_on": "2010-11-01"} if kind == "assetvisit" else {})
        status = 302 if kind in ("assetvisit", "finding") else 409
        assert client.post(path, values | more).status_code == status, kind
    report = project.progressreports.get()
    for action in ("edit", "strike"):
        path = f"/entries/progressreport/{report.pk}/{action}/"
        assert client_of(cast.reporter).post(path, {"reason": "x"}).status_code == 409


def test_a_cancelled_project_takes_nothing(make, cast, client_of):
    project = perform(make.project(), "cancel", by=cast.reporter, note="不做了")
    for kind, (values, who, _other) in TYPED.items():
        path = f"/projects/{project.pk}/enter/{kind}/"
        assert client_of(getattr(cast, who)).post(path, values).status_code in (403, 409), kind


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.standing])
def test_work_is_reported_once_it_is_approved(make, cast, client_of, kind):
    if kind not in TYPED:
        pytest.skip("tried elsewhere")
    values, who, _other = TYPED[kind]
    project = make.submitted_project()
    answer = client_of(getattr(cast, who)).post(f"/projects/{project.pk}/enter/{kind}/", values)
    assert answer.status_code == 409
    with refused("not_standing"):
        project.inspections.create(
            inspected_on=date(2010, 6, 1), office=make.office(), created_by=cast.reviewer
        )


def test_an_unknown_kind_is_no_page(desk):
    client = desk.client_of(desk.cast.reporter)
    for path in (
        f"/projects/{desk.project.pk}/enter/donequantity/",
        "/projects/99999999/enter/survey/",
        "/entries/survey/99999999/edit/",
        "/entries/password/1/edit/",
        f"/entries/survey/{desk.project.surveys.get().pk}/follow-up/",
    ):
        assert client.get(path).status_code == 404, path


# -- days, sums and other bounds ------------------------------------------------------------------

TOMORROW = (date.today() + timedelta(days=1)).isoformat()
BAD = [
    ("survey", "surveyed_on", TOMORROW, "after today"),
    ("survey", "opinion", "  ", "required"),
    ("survey", "people", "人\x00", "control character"),
    ("notice", "ends_on", "2010-05-31", "cannot be before “from”"),
    ("objection", "received_on", "2010-03-09", "cannot be before “from”"),
    ("objection", "replied_on", DAY, ""),
    ("progressreport", "percent", "101", "between 0 and 100"),
    ("progressreport", "percent", "-1", "between 0 and 100"),
    ("progressreport", "spent", "1", "has received"),
    ("progressreport", "reported_on", "2010-04-01", "cannot be before “work started on”"),
    ("milestone", "reached_on", TOMORROW, "after today"),
    ("finding", "due_on", "2010-05-31", "cannot be before “found on”"),
    ("finding", "amount", "-5", "more than zero"),
    ("acceptance", "accepted_on", "2010-03-01", "cannot be before"),
    ("acceptance", "quality", "poor", ""),
    ("settlement", "settled", "1,000.01", "cannot be more than the ¥1,000.00 claimed"),
    ("settlement", "claimed", "NaN", "in figures"),
    ("asset", "value", "9" * 40, "larger than"),
    ("assetvisit", "visited_on", "2010-04-30", "cannot be before “handed over on”"),
    ("assetvisit", "condition", "eaten", "not one of"),
    ("outcome", "after", "many", "number"),
    ("outcome", "evidence", "据" * 5000, "it has 5,000"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "field", "value", "says"), BAD)
def test_bad_input_is_refused_beside_its_field(desk, kind, field, value, says):
    count = KINDS[kind].model.objects.count()
    errors = desk.errors(kind, **{field: value})
    expected = {"replied_on": "reply", "quality": "is_passed"}.get(field, field)
    assert set(errors) == {expected} and says in " ".join(errors[expected])
    assert KINDS[kind].model.objects.count() == count


def test_full_width_figures_and_chinese_days_are_read(desk):
    report = desk.entered("progressreport", percent="４０", reported_on="2010年6月1日")
    assert (report.percent, report.reported_on) == (40, date(2010, 6, 1))
    outcome = desk.entered("outcome", before="１，２００", after="1,300.5")
    assert (outcome.before, outcome.after) == (Decimal(1200), Decimal("1300.5"))


def test_an_entry_names_no_row_of_another_project(desk):
    other = desk.make.library_project()
    errors = desk.errors("objection", notice=other.notices.get().pk)
    assert set(errors) == {"notice"}
    with refused("other_project"):
        desk.project.objections.create(
            notice=other.notices.get(),
            received_on=date(2010, 6, 1),
            text="x",
            created_by=desk.cast.reporter,
        )


def test_the_database_takes_no_entry_of_tomorrow(desk):
    tomorrow = date.today() + timedelta(days=2)
    with refused("future_day"):
        desk.project.milestones.create(
            name="x", planned_on=tomorrow, reached_on=tomorrow, created_by=desk.cast.reporter
        )


# -- progress -------------------------------------------------------------------------------------


def test_a_report_keeps_the_quantities_done(desk):
    quantity = desk.project.quantities.get()
    report = desk.entered("progressreport", **{f"done-{quantity.pk}": "7"})
    assert report.quantities.get().done == 7
    client = desk.client_of(desk.cast.reporter)
    form = client.get(f"/projects/{desk.project.pk}/enter/progressreport/").context["form"]
    assert "On 1 June 2010: 7." in form.fields[f"done-{quantity.pk}"].help_text
    page = client.get(f"/projects/{desk.project.pk}/").context["plan"].quantities
    assert [(one.done, one.percent) for one in page] == [(7, 58)]
    changed = desk.typed("progressreport", **{f"done-{quantity.pk}": "8"})
    assert client.post(f"/entries/progressreport/{report.pk}/edit/", changed).status_code == 302
    assert report.quantities.get().done == 8


def test_less_than_before_is_reported_with_a_reason(desk):
    field = f"done-{desk.project.quantities.get().pk}"
    desk.entered("progressreport", **{field: "7"})
    less = {"reported_on": "2010-07-01", "percent": "30", field: "6"}
    errors = desk.errors("progressreport", **less)
    assert set(errors) == {"percent", field} and "If it is less now" in errors[field][0]
    report = desk.entered("progressreport", **less, why_less="一口返工")
    assert report.percent == 30 and report.quantities.get().done == 6


def test_a_report_in_between_says_no_more_than_the_next(desk):
    desk.entered("progressreport", reported_on="2010-07-01", percent="50")
    errors = desk.errors("progressreport", percent="60")
    assert set(errors) == {"percent"}


def test_a_day_is_reported_once(desk):
    desk.entered("progressreport")
    assert set(desk.errors("progressreport")) == {"reported_on"}


def test_the_database_takes_no_fall_without_a_reason(desk):
    quantity = desk.project.quantities.get()
    desk.entered("progressreport", **{f"done-{quantity.pk}": "7"})
    values = {"text": "x", "spent": 0, "created_by": desk.cast.reporter}
    with refused("falls_back"):
        desk.project.progressreports.create(reported_on=date(2010, 7, 1), percent=39, **values)
    with refused("more_than_later"):
        desk.project.progressreports.create(reported_on=date(2010, 5, 1), percent=41, **values)
    later = desk.project.progressreports.create(reported_on=date(2010, 7, 1), percent=40, **values)
    with refused("falls_back"):
        later.quantities.create(
            project=desk.project, quantity=quantity, done=6, created_by=desk.cast.reporter
        )


def test_a_struck_report_takes_its_quantities_along(desk):
    field = f"done-{desk.project.quantities.get().pk}"
    report = desk.entered("progressreport", **{field: "7"})
    desk.client_of(desk.cast.reporter).post(
        f"/entries/progressreport/{report.pk}/strike/", {"reason": "填错了"}
    )
    assert report.quantities.standing().count() == 0
    plan = desk.client_of(desk.cast.officer).get(f"/projects/{desk.project.pk}/").context["plan"]
    assert plan.quantities[0].done is None
    assert desk.entered("progressreport", **{field: "3"}).quantities.get().done == 3


@pytest.mark.parametrize("reported", ["before it was asked for", "while it was decided on"])
def test_a_quantity_that_was_reported_on_stays_in_the_plan(desk, reported):
    quantity = desk.project.quantities.get()
    report = {f"done-{quantity.pk}": "7"}
    rows = [{"item": "水管", "item_en": "", "unit": "km", "planned": 2, "is_renewal": False}]
    amendment = desk.make.amendment(
        desk.project,
        changes={"parts": {"projects_plannedquantity": rows}},
        amount=desk.project.agreed_amount,
    )
    if reported == "before it was asked for":
        desk.entered("progressreport", **report)
        with pytest.raises(ValidationError, match="stays in the plan"):
            perform(amendment, "submit", by=desk.cast.reporter)
        return
    perform(amendment, "submit", by=desk.cast.reporter)
    perform(amendment, "approve", by=desk.cast.reviewer)
    desk.entered("progressreport", **report)
    with pytest.raises(ValidationError, match="stays in the plan"):
        perform(amendment, "approve", by=desk.cast.approver)


# -- what follows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "day"),
    [
        ("objection", {"reply": "已列入计划", "replied_on": "2010-06-02"}, "replied_on"),
        ("finding", {"rectification": "已更正", "rectified_on": "2010-06-02"}, "rectified_on"),
        ("milestone", {"reached_on": "2010-06-02"}, "reached_on"),
    ],
)
def test_what_follows_is_added_by_the_office_of_the_project(desk, kind, values, day):
    entry = desk.entered(kind)
    path = f"/entries/{kind}/{entry.pk}/follow-up/"
    client = desk.client_of(desk.cast.reporter)
    assert "follow-up" in client.get(f"/projects/{desk.project.pk}/").content.decode()
    assert desk.client_of(desk.cast.clerk).get(path).status_code == 403
    assert desk.client_of(desk.cast.stranger).get(path).status_code == 404
    assert set(client.post(path, {}).context["form"].errors) == set(values)
    first = "found_on" if kind == "finding" else "received_on"
    if hasattr(entry, first):
        early = client.post(path, values | {day: "2010-03-01"})
        assert early.status_code == 422 and set(early.context["form"].errors) == {day}
    assert client.post(path, values | {"text": "改了原文", "name": "改"}).status_code == 302
    changed = KINDS[kind].model.objects.get(pk=entry.pk)
    assert getattr(changed, day) == date(2010, 6, 2)
    for name in ("text", "name"):
        assert getattr(changed, name, None) == getattr(entry, name, None)


# -- files ----------------------------------------------------------------------------------------


def test_files_come_with_the_entry(desk):
    report = desk.entered(
        "progressreport",
        photographs=[papers.photograph(1), papers.photograph(2)],
        documents=[papers.upload(papers.pdf("月报"), "月报.pdf")],
    )
    kinds = Attachment.objects.at(report).values_list("kind", flat=True)
    assert sorted(kinds) == ["other", "photo_during", "photo_during"]
    page = desk.client_of(desk.cast.officer).get(f"/projects/{desk.project.pk}/")
    row = page.context["panels"][-1].rows[0]
    assert len(row.files) == 3


def test_a_refused_file_keeps_the_entry_from_being_saved(desk):
    bad = papers.upload(b"MZ\x90\x00 no picture", "photo.jpg")
    errors = desk.errors("survey", photographs=[papers.photograph(3), bad])
    assert set(errors) == {"photographs"} and "photo.jpg" in errors["photographs"][0]
    assert desk.project.surveys.count() == 1 and not Attachment.objects.exists()


def test_the_database_refuses_a_clash_in_words(desk, monkeypatch):
    """Two who save the same at the same moment: the second is told, and keeps what was typed."""
    desk.entered("progressreport")
    monkeypatch.setattr("projects.progress_form.ProgressForm.check", lambda *_args: None)
    monkeypatch.setattr(ProgressReport, "validate_constraints", lambda *_args, **_kwargs: None)
    answer = desk.post("progressreport")
    assert answer.status_code == 422
    assert "a moment ago" in answer.context["form"].non_field_errors()[0]


# -- the page -------------------------------------------------------------------------------------


def test_the_page_costs_the_same_with_three_and_thirty_entries(desk):
    def queries() -> int:
        client = desk.client_of(desk.cast.reporter)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(f"/projects/{desk.project.pk}/").status_code == 200
        return len(found)

    def fill(start: int, count: int) -> None:
        values = {"created_by": desk.cast.reporter}
        day = date(2010, 4, 3)
        for step in range(start, start + count):
            on = day + timedelta(days=step)
            report = desk.project.progressreports.create(
                reported_on=on, percent=min(step, 99), spent=0, text="x", **values
            )
            report.quantities.create(
                project=desk.project, quantity=quantity, done=min(step, 12), **values
            )
            desk.project.findings.create(source="audit", found_on=on, text="x", **values)
            notice.objections.create(project=desk.project, received_on=on, text="x", **values)
            asset.visits.create(
                project=desk.project, visited_on=date(2010, 5, 2), condition="in_use",
                people="x", **values,
            )  # fmt: skip

    quantity, asset = desk.project.quantities.get(), desk.asset()
    notice = desk.project.notices.get()
    fill(0, 3)
    queries()
    few = queries()
    fill(3, 27)
    assert queries() == few


def test_the_page_says_what_the_next_move_asks_for(desk):
    page = desk.client_of(desk.cast.reporter).get(f"/projects/{desk.project.pk}/")
    evidence = page.context["evidence"]
    assert [check.is_met for check in evidence.checks] == [False, False]
    offer = next(offer for offer in page.context["moves"] if offer.move.name == "complete")
    assert [check.requirement.anchor for check in offer.missing] == ["progress", "progress"]
    text = page.content.decode()
    assert '<a href="#progress">report the work as done in full</a>' in text
    field = f"done-{desk.project.quantities.get().pk}"
    desk.entered("progressreport", percent="100", **{field: "12"})
    page = desk.client_of(desk.cast.reporter).get(f"/projects/{desk.project.pk}/")
    assert page.context["evidence"].met_count == 2
    offer = next(offer for offer in page.context["moves"] if offer.move.name == "complete")
    assert offer.allowed


# -- two people, one form twice, a lost connection ------------------------------------------------


def test_two_who_put_one_entry_right_are_shown_both_versions(desk):
    survey = desk.entered("survey")
    path = f"/entries/survey/{survey.pk}/edit/"
    first, second = desk.client_of(desk.cast.officer), desk.client_of(desk.cast.officer2)
    pages = [client.get(path) for client in (first, second)]
    keys = [
        {"form_token": page.context["opened"].token, "form_version": page.context["opened"].version}
        for page in pages
    ]
    mine = desk.typed("survey", people="三人", opinion="可行")
    assert first.post(path, mine | keys[0]).status_code == 302
    answer = second.post(path, desk.typed("survey", people="四人") | keys[1])
    assert answer.status_code == 409
    survey.refresh_from_db()
    assert survey.people == "三人"
    text = answer.content.decode()
    assert "三人" in text and "四人" in text and "Officer changed this at" in text
    again = desk.typed("survey", people="四人") | {
        "form_token": answer.context["opened"].token,
        "form_version": answer.context["version"],
        "take-people": "mine",
    }
    assert second.post(path, again).status_code == 302
    survey.refresh_from_db()
    assert survey.people == "四人"


def test_a_form_sent_twice_makes_one_entry(desk):
    client = desk.client_of(desk.cast.reporter)
    path = f"/projects/{desk.project.pk}/enter/milestone/"
    values = desk.typed("milestone") | {"form_token": client.get(path).context["opened"].token}
    for _time in range(2):
        assert client.post(path, values).status_code == 302
    assert desk.project.milestones.count() == 1
    changed = client.post(path, values | {"name": "水窖盖板"})
    assert changed.status_code == 409 and changed.context["made"] == desk.project.milestones.get()


def test_what_is_typed_is_kept_as_a_draft_of_this_project(desk):
    client = desk.client_of(desk.cast.reporter)
    path = f"/projects/{desk.project.pk}/enter/progressreport/"
    opened = client.get(path).context["opened"]
    field = f"done-{desk.project.quantities.get().pk}"
    typed = {"text": "写了一半", field: "5", "percent": "abc"}
    keys = {"form_token": opened.token, "form_key": opened.form, "form_record": desk.project.pk}
    assert client.post("/drafts/", typed | keys).status_code == 200
    assert [draft.token for draft in client.get(path).context["drafts"]] == [opened.token]
    form = client.get(f"{path}?draft={opened.token}").context["form"]
    assert (form["text"].value(), form[field].value()) == ("写了一半", "5") and not form.errors
    other = desk.make.project_under_way()
    page = client.get(f"/projects/{other.pk}/enter/progressreport/?draft={opened.token}")
    assert page.context["drafts"] == [] and page.context["form"]["text"].value() is None
    stranger = desk.client_of(desk.cast.stranger)
    assert stranger.post("/drafts/", typed | keys).status_code == 404
    reader = desk.client_of(desk.cast.approver)
    assert reader.post("/drafts/", typed | keys).status_code == 403
