"""Views of one's own: what is kept of an address, who sees it, and what it opens."""

import pytest
from django.db import IntegrityError, transaction

from core.models import SavedView

SAVE = "/views/projects/project/"


@pytest.fixture
def keep(cast):
    """A view as it stands in the database."""

    def kept(owner=None, **changes) -> SavedView:
        values = {"list_key": "projects:project", "name": "2010", "query": "year=2010&sort=-number"}
        return SavedView.objects.create(owner=owner or cast.officer, **values | changes)

    return kept


def chips(page) -> str:
    return page.content.decode().partition('id="list-views"')[2].partition("</nav>")[0]


def test_a_view_keeps_the_filters_and_the_order_and_nothing_else(make, cast, client_of):
    client = client_of(cast.officer)
    address = (
        f"{SAVE}?kind=social&year=2010&q=&sort=-agreed&after=%5B%5D&page=4&language=en"
        "&next=//evil.example&csrfmiddlewaretoken=x&view=all&colour=red"
    )
    assert "Plan year: 2010" in client.get(address).content.decode() or client.get(address).context
    answer = client.post(address, {"name": " Social 2010 ", "next": "//evil.example"})
    view = SavedView.objects.get()
    assert (view.owner, view.name, view.list_key) == (
        cast.officer,
        "Social 2010",
        "projects:project",
    )
    assert view.query == "year=2010&kind=social&sort=-agreed"
    assert not view.is_default and not view.is_shared
    assert answer["Location"] == f"/projects/?{view.query}"
    page = client.get(answer["Location"])
    assert "The view “Social 2010” is saved." in page.content.decode()
    assert 'href="?year=2010&amp;kind=social&amp;sort=-agreed" aria-current="true">Social 2010' in (
        chips(page)
    )
    assert f"/views/{view.pk}/" in chips(page)


def test_a_view_of_the_same_name_is_replaced(cast, client_of, keep):
    view, client = keep(), client_of(cast.officer)
    keep(owner=cast.officer2)
    client.post(f"{SAVE}?year=2009", {"name": "2010", "is_shared": "on"})
    view.refresh_from_db()
    assert view.query == "year=2009&sort=-number" and view.is_shared
    assert SavedView.objects.count() == 2


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb"])
def test_a_name_that_cannot_be_is_told_and_kept(cast, client_of, name):
    answer = client_of(cast.officer).post(f"{SAVE}?year=2010", {"name": name})
    assert answer.status_code == 422 and "errors-title" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_twenty_views_of_a_list_are_enough_and_a_filter_has_its_length(cast, client_of, keep):
    client = client_of(cast.officer)
    assert client.post(f"{SAVE}?q={'x' * 2001}", {"name": "long"}).status_code == 422
    for number in range(20):
        keep(name=f"{number}")
    answer = client.post(f"{SAVE}?year=2010", {"name": "one more"})
    assert answer.status_code == 422 and "20 views" in answer.content.decode()
    assert client.post(f"{SAVE}?year=2010", {"name": "7"}).status_code == 302


def test_a_view_is_renamed_and_removed_by_its_owner_alone(cast, client_of, keep):
    view, other, client = keep(is_shared=True), keep(name="other"), client_of(cast.officer)
    url = f"/views/{view.pk}/"
    for user in (cast.officer2, cast.auditor, cast.reporter):
        assert client_of(user).post(url, {"name": "mine"}).status_code == 404
        assert client_of(user).post(url, {"remove": "1"}).status_code == 404
    assert client.post(url, {"name": other.name}).status_code == 422
    assert client.post(url, {"name": "renamed"})["Location"] == f"/projects/?{view.query}"
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.query) == ("renamed", False, "year=2010&sort=-number")
    assert client.post(url, {"remove": "1"})["Location"] == "/projects/?view=all"
    assert list(SavedView.objects.all()) == [other]


def test_a_view_is_seen_by_its_owner_and_where_shared_by_the_office(cast, client_of, keep):
    keep(name="private view")
    keep(name="shared view", is_shared=True)
    keep(name="of another list", list_key="projects:payment", is_shared=True)
    own, colleague = (chips(client_of(u).get("/projects/")) for u in (cast.officer, cast.auditor))
    assert "private view" in own and "shared view" in own and "of another list" not in own
    assert "shared view" in colleague and "private view" not in colleague
    assert "shared by Officer" in colleague
    for user in (cast.clerk, cast.reporter, cast.stranger):  # of other offices
        assert "shared view" not in chips(client_of(user).get("/projects/"))


def test_a_list_opens_with_the_own_default_and_all_rows_stay_in_reach(make, cast, client_of, keep):
    keep(is_default=True)
    keep(owner=cast.officer2, name="theirs", is_default=True, is_shared=True)
    client = client_of(cast.officer)
    assert client.get("/projects/")["Location"] == "/projects/?year=2010&sort=-number"
    make.project(year=2009)
    assert len(client.get("/projects/?view=all").context["records"]) == 1
    page = client.get("/projects/?year=2010&sort=-number")
    assert [chip.url for chip in page.context["chips"]] == ["?sort=-number"]
    assert client.get("/projects/?year=2010").context["chips"][0].url == "?view=all"
    assert client_of(cast.auditor).get("/projects/").status_code == 200


def test_a_new_default_takes_the_place_of_the_old(cast, client_of, keep):
    old, payments = keep(is_default=True), keep(list_key="projects:payment", is_default=True)
    client_of(cast.officer).post(f"{SAVE}?year=2009", {"name": "2009", "is_default": "on"})
    old.refresh_from_db()
    payments.refresh_from_db()
    assert not old.is_default and payments.is_default
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.filter(pk=old.pk).update(is_default=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.filter(pk=old.pk).update(name="2009")


def test_a_filter_that_is_gone_is_left_out_with_a_word(make, cast, client_of, keep):
    make.project(year=2010)
    make.project(year=2009)
    view = keep(query="year=2010&colour=red&state=gone&sort=paint")
    page = client_of(cast.officer).get(f"/projects/?{view.query}")
    assert len(page.context["records"]) == 1
    words = page.content.decode()
    assert "no filter “colour”" in words and "“State” has no such value" in words


def test_a_shared_view_shows_its_reader_what_the_reader_may_see(make, cast, client_of, keep):
    make.project()
    keep(owner=cast.stranger, is_shared=True)
    assert client_of(cast.stranger).get("/projects/?year=2010").context["page"].total == 0


def test_views_belong_to_lists_that_the_person_may_read(cast, client_of):
    assert client_of(cast.sysadmin).post(f"{SAVE}?year=2010", {"name": "x"}).status_code == 403
    assert client_of(cast.reporter).get("/views/donations/donor/").status_code == 403
    assert client_of(cast.officer).get("/views/projects/nothing/").status_code == 404
