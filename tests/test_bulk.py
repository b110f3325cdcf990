"""Several records moved in one go: each by itself, none outside the scope, nothing twice."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import bulk
from core.models import BulkMove, Decision
from core.workflow import perform
from projects.models import Project

PROJECTS = "/bulk/projects/project/"


def state_of(project) -> str:
    return Project.objects.get(pk=project.pk).status


def send(client, records, move="return", **more):
    """The confirmed page: every record, the move, the note and the token."""
    asked = {"pk": [r.pk for r in records], "move": move, "note": "请补充。", "token": uuid4()}
    return client.post(PROJECTS, asked | more, follow=True)


def told(page) -> dict:
    return {one.record.pk: one.outcome and one.outcome.reason for one in page.context["tried"]}


def test_the_bar_offers_the_moves_of_the_role_that_ask_for_no_more_than_a_note(
    make, cast, client_of
):
    project = make.submitted_project()
    page = client_of(cast.reviewer).get("/projects/")
    offered = {move.name for move in page.context["bulk"].moves}
    assert "return" in offered and not offered & {"approve", "submit"}
    words = page.content.decode()
    assert (
        f'name="pk" value="{project.pk}" data-state="{project.status}" data-fen="69750000"' in words
    )
    assert client_of(cast.auditor).get("/projects/").context["bulk"] is None
    assert "data-bulk" not in client_of(cast.auditor).get("/projects/").content.decode()
    assert client_of(cast.officer).get("/funds/").context["bulk"] is None


def test_what_is_ticked_is_shown_with_the_moves_possible_for_all(make, cast, client_of):
    one, two, draft = make.submitted_project(), make.submitted_project(), make.project()
    client = client_of(cast.reviewer)
    page = client.post(PROJECTS, {"pk": [one.pk, two.pk]})
    assert "return" in {move.name for move in page.context["moves"]}
    assert page.context["amount"] == one.agreed_amount * 2
    page = client.post(PROJECTS, {"pk": [one.pk, two.pk, draft.pk]})
    assert "return" not in {move.name for move in page.context["moves"]}
    page = client.post(PROJECTS, {"pk": [one.pk, draft.pk], "move": "return"})
    assert page.status_code == 409 and "form" not in page.context
    page = client.post(PROJECTS, {"pk": [one.pk, two.pk], "move": "return"})
    assert page.status_code == 200 and page.context["token"]
    assert state_of(one) == state_of(two) == one.status and not BulkMove.objects.exists()


def test_each_record_goes_by_itself_and_each_refusal_is_told(make, cast, client_of):
    good = [make.submitted_project() for _n in range(2)]
    late = make.submitted_project()
    perform(late, "return", by=cast.reviewer, note="缺资料。")
    page = send(client_of(cast.reviewer), [good[0], late, good[1]])
    assert page.redirect_chain and "2 records: Returned for revision" in page.content.decode()
    assert {state_of(project) for project in good} == {"returned"}
    reasons = told(page)
    assert reasons[good[0].pk] == reasons[good[1].pk] == ""
    assert "not possible from there" in reasons[late.pk]
    assert late.get_absolute_url() in page.content.decode()
    for project in good:
        decision = Decision.objects.of(project).latest("id")
        assert (decision.move, decision.note) == ("return", "请补充。")
        assert decision.decided_by == cast.reviewer


def test_a_move_that_needs_a_reason_is_not_made_without(make, cast, client_of):
    project = make.submitted_project()
    page = send(client_of(cast.reviewer), [project], note="  ")
    assert page.status_code == 422 and state_of(project) == project.status
    assert not BulkMove.objects.exists()


def test_what_lies_outside_the_scope_is_not_moved_and_not_named(make, cast, client_of):
    seen, hidden = make.submitted_project(), make.submitted_project(name_zh="秘密项目")
    cast.stranger.groups.set(cast.reviewer.groups.all())
    before = state_of(hidden)
    page = send(client_of(cast.stranger), [hidden])
    assert "Tick the rows first." in page.content.decode()
    assert "秘密项目" not in page.content.decode() and hidden.number not in page.content.decode()
    assert state_of(hidden) == before and not BulkMove.objects.exists()
    page = client_of(cast.stranger).post(PROJECTS, {"pk": [hidden.pk, 10**12]}, follow=True)
    assert "Tick the rows first." in page.content.decode()
    page = send(client_of(cast.reviewer), [seen], pk=[seen.pk, 10**12])
    assert list(told(page)) == [seen.pk]


@pytest.mark.parametrize("keys", [[], ["x"], ["9" * 30], ["-1"], ["1.5"], [""]])
def test_nothing_ticked_is_a_sentence(cast, client_of, keys):
    answer = client_of(cast.reviewer).post(f"{PROJECTS}?year=2010&next=//evil", {"pk": keys})
    assert answer["Location"] == "/projects/?year=2010&sort=-number"


def test_who_may_not_make_a_move_makes_it_for_nobody(make, cast, client_of):
    project = make.submitted_project()
    before = state_of(project)
    assert send(client_of(cast.auditor), [project]).status_code == 403
    assert send(client_of(cast.reporter), [project]).status_code == 403
    assert send(client_of(cast.sysadmin), [project]).status_code == 403
    assert client_of(cast.reviewer).get(PROJECTS).status_code == 405
    assert client_of(cast.officer).post("/bulk/ledger/fund/", {"pk": [1]}).status_code == 404
    assert client_of(cast.reviewer).post("/bulk/projects/nothing/").status_code == 404
    assert send(client_of(cast.reviewer), [project], move="nothing").status_code == 200
    assert state_of(project) == before


def test_the_own_work_is_refused_in_bulk_as_well(make, cast, client_of):
    own = make.appropriation(created_by=cast.finance)
    other = make.appropriation()
    asked = {"pk": [own.pk, other.pk], "move": "confirm", "note": "", "token": uuid4()}
    page = client_of(cast.finance).post("/bulk/projects/appropriation/", asked, follow=True)
    reasons = told(page)
    assert "another person must decide" in reasons[own.pk] and reasons[other.pk] == ""


def test_a_page_that_is_sent_twice_moves_nothing_twice(make, cast, client_of):
    projects = [make.submitted_project() for _n in range(2)]
    client, token = client_of(cast.reviewer), uuid4()
    first, second = (send(client, projects, token=token) for _n in range(2))
    assert told(first) == told(second) == {project.pk: "" for project in projects}
    assert BulkMove.objects.count() == 1
    assert Decision.objects.filter(move="return").count() == 2
    assert send(client_of(cast.approver), projects, token=token).status_code == 404
    assert send(client, projects, token="x").status_code == 404


def test_a_bulk_move_that_was_broken_off_goes_on_where_it_was(make, cast, client_of, monkeypatch):
    projects = [make.submitted_project() for _n in range(3)]

    def falls_over(record, *arguments, **more):
        if record.pk == projects[1].pk:
            raise KeyboardInterrupt
        return perform(record, *arguments, **more)

    client = client_of(cast.reviewer)
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(bulk, "perform", falls_over)
        send(client, projects)
    asked = BulkMove.objects.get()
    page = client.get(f"/bulk/{asked.pk}/")
    assert told(page) == {projects[0].pk: "", projects[1].pk: None, projects[2].pk: None}
    assert "2 were not tried yet" in page.content.decode()
    page = client.post(f"/bulk/{asked.pk}/", follow=True)
    assert told(page) == {project.pk: "" for project in projects}
    assert client_of(cast.approver).get(f"/bulk/{asked.pk}/").status_code == 404


def test_the_whole_filter_is_taken_up_to_the_most(make, cast, client_of, monkeypatch):
    wanted = [make.submitted_project(year=2009) for _n in range(3)]
    make.submitted_project(year=2010)
    client = client_of(cast.reviewer)
    page = client.post(f"{PROJECTS}?year=2009", {"all": "1", "move": "return"})
    assert {row.pk for row, _amount in page.context["rows"]} == {row.pk for row in wanted}
    monkeypatch.setattr("core.bulk_pages.MOST", 2)
    page = client.post(f"{PROJECTS}?year=2009", {"all": "1", "move": "return"}, follow=True)
    assert "At most 2 records go at once" in page.content.decode()


def test_a_record_more_costs_the_same_queries_again(make, cast, client_of):
    projects = [make.submitted_project() for _n in range(12)]
    client = client_of(cast.reviewer)
    send(client, projects[:1])
    costs = []
    for some in (projects[1:2], projects[2:4], projects[4:9]):
        with CaptureQueriesContext(connection) as queries:
            send(client, some)
        costs.append(len(queries))
    one, two, five = costs
    assert five - two == 3 * (two - one) and two - one < 40
    with CaptureQueriesContext(connection) as few:
        client.post(PROJECTS, {"pk": [projects[9].pk], "move": "return"})
    with CaptureQueriesContext(connection) as many:
        client.post(PROJECTS, {"pk": [p.pk for p in projects[9:]], "move": "return"})
    assert len(few) == len(many)


def test_the_web_cannot_rewrite_what_became_of_a_bulk_move(make, cast, client_of):
    send(client_of(cast.reviewer), [make.submitted_project()])
    for table in ("core_bulkmove", "core_bulkoutcome"):
        with connection.cursor() as cursor:
            for right in ("UPDATE", "DELETE"):
                cursor.execute("SELECT has_table_privilege(current_user, %s, %s)", [table, right])
                assert cursor.fetchone() == (False,)
