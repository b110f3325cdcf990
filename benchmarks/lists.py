"""The list of projects beside Django's own admin changelist of the same table, request by request.

Both answer whole pages of thirty rows to the same person, through the same middleware. The admin
has no order by what is paid or waits, and no filter by type; those of ours stand alone.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext, setup_test_environment

from accounts.models import User
from benchmarks.measure import joined, ratios, rounds
from core.lists import COUNT_CAP, PAGE_SIZE
from core.paging import Order
from projects.models import Project

SCOPES = {
    "county reporter": "reporter",
    "prefecture reviewer": "reviewer",
    "city officer": "officer",
    "auditor": "auditor",
}


@dataclass(frozen=True)
class Asked:
    """One request: its word, our address, and the admin's, which may have none."""

    word: str
    ours: str
    peer: str | None = None


def requests_of(user: User) -> list[Asked]:
    """What is asked of both lists by this person; a page past the end is left out."""
    same = ("q=冗渡", "q=水", "q=rdz", "q=P-2005-0600", "year=2005&q=水")
    found = [Asked("first page", "", "")] + [Asked(query, query, query) for query in same]
    found += [
        Asked(
            "year=2005&state=closed",
            "year=2005&state=closed",
            "year=2005&status__exact=closed",
        ),
        Asked("kind=government&type=water", "kind=government&type=water"),
        Asked("waiting=me", "waiting=me"),
        Asked("by name", "sort=name", order_of(user, "name_zh")),
        Asked("by county in a year", "year=2005&sort=county"),
        Asked("by state", "sort=state", order_of(user, "status")),
        Asked("by agreed", "sort=-agreed", order_of(user, "agreed_amount", "-")),
        Asked("by paid in a year", "year=2005&sort=-paid"),
        Asked("by waiting", "sort=waiting"),
    ]
    for number in (10, 3_000):
        if address := page_of(user, number):
            found.append(Asked(f"page {number:,}", address, f"p={number}"))
    return found


def order_of(user: User, column: str, sign: str = "") -> str:
    """The admin's parameter for an order; its boxes for actions count as a column."""
    request = RequestFactory().get("/")
    request.user = user
    boxes = bool(peer_admin().get_actions(request))
    return f"o={sign}{list(peer_admin().list_display).index(column) + boxes}"


def page_of(user: User, number: int) -> str:
    """Our address of a page, as one comes to it page by page."""
    count = (number - 1) * PAGE_SIZE
    order = Order(Project.objects.visible_to(user), ("number",), True)
    places = order.behind(None, count + 1)
    return f"after={quote(str(places[count - 1]))}&page={number}" if len(places) > count else ""


def peer_admin() -> Any:
    return admin.site._registry[Project]


class Lists:
    """The pages of one person."""

    def __init__(self, username: str):
        self.user = User.objects.get(username=username)
        self.client = Client()
        self.client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")
        peer_admin().list_per_page = PAGE_SIZE

    def ours(self, asked: Asked) -> Any:
        return self.client.get(f"/projects/?{asked.ours or 'view=all'}")

    def peer(self, asked: Asked) -> Any:
        return self.client.get(f"/admin/projects/project/?{asked.peer}")

    def check(self, asked: Asked) -> int:
        """Both find the same number of rows; answers how many queries our page costs."""
        with CaptureQueriesContext(connection) as queries:
            answer = self.ours(asked)
            count = len(queries)
        assert answer.status_code == 200 and not answer.context["remarks"], asked
        page = answer.context["page"]
        if asked.peer is not None:
            there = self.peer(asked)
            assert there.status_code == 200, asked
            assert min(there.context["cl"].result_count, COUNT_CAP) == page.total, asked
        return count

    def read_through(self, asked: Asked) -> list[str]:
        """Statements of our page that read the whole table of projects."""
        with CaptureQueriesContext(connection) as queries:
            self.ours(asked)
        found = []
        with connection.cursor() as cursor:
            for statement in (query["sql"] for query in queries):
                if not statement.startswith("SELECT") or "projects_project" not in statement:
                    continue
                cursor.execute(f"EXPLAIN {statement}")
                plan = [line for (line,) in cursor.fetchall()]
                if any("Seq Scan on projects_project" in line for line in plan):
                    found.append(statement)
        return found

    def measure(self, asked: Asked) -> str:
        jobs = {"ours": (lambda: self.ours(asked), 1)}
        if asked.peer is not None:
            jobs["admin"] = (lambda: self.peer(asked), 1)
        queries = self.check(asked)
        found = rounds(jobs)
        told = f"{joined(found['ours']).at(0.5):7.0f} ms, {queries} queries"
        if asked.peer is not None:
            told += f"; the admin {joined(found['admin']).at(0.5):7.0f} ms, ours is "
            told += f"{ratios(found['ours'], found['admin'])} times as fast"
        if whole := self.read_through(asked):
            told += f"; {len(whole)} of them read the whole table"
        return told


def report(say) -> None:
    """Measures every request of every scope and tells it line by line."""
    setup_test_environment()  # answers tell what their templates were given
    for scope, username in SCOPES.items():
        job = Lists(username)
        say(f"  {scope}: {Project.objects.visible_to(job.user).count():,} projects")
        for asked in requests_of(job.user):
            say(f"    {asked.word:28} {job.measure(asked)}")
