"""The complete table of (person, address, status). An address that is missing here fails the suite.

302 asks for a login, 404 lies outside the scope, 403 inside the scope but not in the role.
"""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import get_resolver, reverse

from core.models import BulkMove, SavedView

PEOPLE = [
    "nobody",
    "stranger",
    "reporter",
    "reviewer",
    "officer",
    "approver",
    "finance",
    "clerk",
    "auditor",
    "sysadmin",
    "donor",
]

# One row an address: its name, what it is asked for, and a status for each of PEOPLE in order.
TABLE = """
accounts:delegation-create       -                    302 405 405 405 405 405 405 405 405 405 405
accounts:delegation-end          task                 302 405 405 405 405 405 405 405 405 405 405
accounts:me                      -                    302 200 200 200 200 200 200 200 200 200 200
accounts:task-create             on/project           302 404 200 200 200 200 200 200 200 403 404
accounts:task-detail             task                 302 404 200 200 200 200 200 200 200 404 404
accounts:task-list               -                    302 200 200 200 200 200 200 200 200 200 200
accounts:task-targets            on/project           302 404 200 200 200 200 200 200 200 403 404
core:bulk                        list/project         302 405 405 405 405 405 405 405 405 405 405
core:bulk-result                 bulk                 302 404 404 404 404 200 404 404 404 404 404
core:file                        attachment           302 404 200 200 200 200 200 200 200 403 404
core:file-add                    project/project      302 404 200 200 403 403 403 403 403 403 404
core:file-copy                   photograph/320       302 404 200 200 200 200 200 200 200 403 404
core:file-edit                   attachment           302 404 200 200 403 403 403 403 403 403 404
core:file-hide                   photograph           302 405 405 405 405 405 405 405 405 405 405
core:file-publish                photograph           302 404 403 403 403 200 403 403 403 403 404
core:file-withdraw               attachment           302 404 200 200 403 403 403 403 403 403 404
core:follow                      on/project           302 405 405 405 405 405 405 405 405 405 405
core:note-create                 on/project           302 404 200 200 200 200 200 200 200 403 404
core:note-strike                 note                 302 405 405 405 405 405 405 405 405 405 405
core:people                      on/project           302 404 200 200 200 200 200 200 200 403 404
core:reminder-create             on/project           302 405 405 405 405 405 405 405 405 405 405
core:draft-discard               -                    302 405 405 405 405 405 405 405 405 405 405
core:draft-keep                  -                    302 405 405 405 405 405 405 405 405 405 405
core:search                      -                    302 200 200 200 200 200 200 200 200 200 200
core:start                       -                    302 200 200 200 200 200 200 200 200 200 200
core:view-edit                   view                 302 404 404 404 200 404 404 404 404 404 404
core:view-save                   list/project         302 200 200 200 200 200 200 200 200 403 403
donations:donor-create           -                    302 403 403 403 403 403 403 200 403 403 403
donations:donor-detail           donor                302 404 404 404 200 200 200 200 200 403 404
donations:donor-edit             donor                302 404 404 404 403 403 403 200 403 403 404
donations:donor-list             -                    302 403 403 403 200 200 200 200 200 403 403
donations:donor-options          -                    302 403 403 403 200 200 200 200 200 403 403
donations:gift-create            -                    302 403 403 403 403 403 403 200 403 403 403
donations:gift-detail            gift                 302 404 404 404 200 200 200 200 200 403 404
donations:gift-edit              gift                 302 404 404 404 403 403 403 200 403 403 404
donations:gift-list              -                    302 403 403 403 200 200 200 200 200 403 403
donations:gift-move              gift/confirm         302 404 404 404 403 403 200 403 403 403 404
donations:gift-receipt           posted_gift          302 404 404 404 200 200 200 200 200 403 404
donations:goodsgift-create       -                    302 403 403 403 403 403 403 200 403 403 403
donations:goodsgift-detail       goods                302 404 404 404 200 200 200 200 200 403 404
donations:goodsgift-edit         goods                302 404 404 404 403 403 403 200 403 403 404
donations:goodsgift-list         -                    302 403 403 403 200 200 200 200 200 403 403
donations:goodsgift-move         goods/confirm        302 404 404 404 403 403 200 403 403 403 404
donations:payment-givers         paid_payment         302 404 403 403 200 200 200 200 200 403 404
donations:programme-create       -                    302 403 403 403 403 403 403 200 403 403 403
donations:programme-detail       programme            302 404 404 404 200 200 200 200 200 403 404
donations:programme-edit         programme            302 404 404 404 403 403 403 200 403 403 404
donations:programme-list         -                    302 200 200 200 200 200 200 200 200 403 403
donations:project-options        -                    302 200 200 200 200 200 200 200 200 403 403
ledger:fund-create               -                    302 403 403 403 200 403 403 403 403 403 403
ledger:fund-detail               fund                 302 404 404 404 200 200 200 200 200 403 404
ledger:fund-edit                 fund                 302 404 404 404 200 403 403 403 403 403 404
ledger:fund-list                 -                    302 200 200 200 200 200 200 200 200 403 403
ledger:periodclosing-create      -                    302 403 403 403 403 403 200 403 403 403 403
ledger:periodclosing-detail      period_closing       302 403 403 403 200 200 200 200 200 403 404
ledger:periodclosing-edit        period_closing       302 403 403 403 403 403 200 403 403 403 404
ledger:periodclosing-list        -                    302 403 403 403 200 200 200 200 200 403 403
ledger:periodclosing-move        period_closing/close 302 403 403 403 403 200 200 403 403 403 404
partnerships:organisation-create -                    302 403 403 403 200 403 403 403 403 403 403
partnerships:organisation-detail organisation         302 200 200 200 200 200 200 200 200 403 403
partnerships:organisation-edit   organisation         302 403 403 403 200 403 403 403 403 403 403
partnerships:organisation-list   -                    302 200 200 200 200 200 200 200 200 403 403
partnerships:twinning-create     -                    302 403 403 403 200 403 403 403 403 403 403
partnerships:twinning-detail     twinning             302 200 200 200 200 200 200 200 200 403 403
partnerships:twinning-edit       twinning             302 403 403 403 200 403 403 403 403 403 403
partnerships:twinning-list       -                    302 200 200 200 200 200 200 200 200 403 403
portal:gift                      -                    302 302 302 302 302 302 302 302 302 302 302
portal:gift-close                -                    405 405 405 405 405 405 405 405 405 405 405
portal:gift-list                 -                    200 200 200 200 200 200 200 200 200 200 200
portal:gift-lookup               -                    200 200 200 200 200 200 200 200 200 200 200
portal:home                      -                    200 200 200 200 200 200 200 200 200 200 200
portal:how                       -                    200 200 200 200 200 200 200 200 200 200 200
portal:overview                  -                    200 200 200 200 200 200 200 200 200 200 200
portal:overview                  year                 200 200 200 200 200 200 200 200 200 200 200
portal:photograph                public_photograph/640 200 200 200 200 200 200 200 200 200 200 200
portal:programme-detail          key                  200 200 200 200 200 200 200 200 200 200 200
portal:programme-list            -                    200 200 200 200 200 200 200 200 200 200 200
portal:project-detail            number               200 200 200 200 200 200 200 200 200 200 200
portal:project-list              -                    200 200 200 200 200 200 200 200 200 200 200
projects:agreement-create        -                    302 403 403 403 200 403 403 403 403 403 403
projects:agreement-detail        agreement            302 404 200 200 200 200 200 200 200 403 404
projects:agreement-edit          agreement            302 404 403 403 200 403 403 403 403 403 404
projects:agreement-list          -                    302 200 200 200 200 200 200 200 200 403 403
projects:agreement-move          agreement/submit     302 404 403 403 200 403 403 403 403 403 404
projects:alarm-detail            alarm                302 404 200 200 200 200 200 200 200 403 404
projects:alarm-list              -                    302 200 200 200 200 200 200 200 200 403 403
projects:alarm-set-aside         alarm                302 404 403 200 403 200 403 403 403 403 404
projects:amendment-create        -                    302 200 200 403 403 403 403 403 403 403 403
projects:amendment-detail        amendment            302 404 200 200 200 200 200 200 200 403 404
projects:amendment-edit          amendment            302 404 200 403 403 403 403 403 403 403 404
projects:amendment-list          -                    302 200 200 200 200 200 200 200 200 403 403
projects:amendment-move          amendment/submit     302 404 200 403 403 403 403 403 403 403 404
projects:disaster-create         -                    302 403 403 403 200 403 403 403 403 403 403
projects:disaster-detail         disaster             302 200 200 200 200 200 200 200 200 403 403
projects:disaster-edit           disaster             302 403 403 403 200 403 403 403 403 403 403
projects:disaster-list           -                    302 200 200 200 200 200 200 200 200 403 403
projects:planperiod-create       -                    302 403 403 403 200 403 403 403 403 403 403
projects:planperiod-detail       planperiod           302 200 200 200 200 200 200 200 200 403 403
projects:planperiod-edit         planperiod           302 403 403 403 200 403 403 403 403 403 403
projects:planperiod-list         -                    302 200 200 200 200 200 200 200 200 403 403
projects:village-create          -                    302 403 403 403 200 403 403 403 403 403 403
projects:village-detail          village              302 200 200 200 200 200 200 200 200 403 403
projects:village-edit            village              302 403 403 403 200 403 403 403 403 403 403
projects:village-list            -                    302 200 200 200 200 200 200 200 200 403 403
projects:fund-commitments        fund                 302 404 404 404 200 200 200 200 200 403 404
projects:remittance-list         -                    302 200 200 200 200 200 200 200 200 403 403
projects:surplus-create          -                    302 403 403 403 200 403 403 403 403 403 403
projects:surplus-edit            surplus              302 404 403 403 200 403 403 403 403 403 404
projects:surplus-detail          surplus              302 404 200 200 200 200 200 200 200 403 404
projects:surplus-list            -                    302 200 200 200 200 200 200 200 200 403 403
projects:surplus-move            surplus/approve      302 404 403 403 403 200 403 403 403 403 404
projects:allocation-create       -                    302 403 403 403 200 403 403 403 403 403 403
projects:allocation-detail       allocation           302 404 200 200 200 200 200 200 200 403 404
projects:allocation-edit         allocation           302 404 403 403 200 403 403 403 403 403 404
projects:allocation-list         -                    302 200 200 200 200 200 200 200 200 403 403
projects:allocation-move         allocation/approve   302 404 403 403 403 200 403 403 403 403 404
projects:appropriation-create    -                    302 403 403 403 200 403 403 403 403 403 403
projects:appropriation-detail    appropriation        302 404 404 200 200 200 200 200 200 403 404
projects:appropriation-edit      appropriation        302 404 404 403 200 403 403 403 403 403 404
projects:appropriation-list      -                    302 200 200 200 200 200 200 200 200 403 403
projects:appropriation-move      appropriation/confirm 302 404 404 403 403 403 200 403 403 403 404
projects:entry-create            file/survey          302 404 403 403 200 403 403 403 403 403 404
projects:entry-create            file/notice          302 404 200 403 403 403 403 403 403 403 404
projects:entry-create            file/objection       302 404 200 200 403 403 403 403 403 403 404
projects:entry-create            file/progressreport  302 404 200 403 403 403 403 403 403 403 404
projects:entry-create            file/milestone       302 404 200 403 403 403 403 403 403 403 404
projects:entry-create            file/inspection      302 404 403 200 200 403 403 403 403 403 404
projects:entry-create            file/finding         302 404 200 200 200 403 200 403 200 403 404
projects:entry-create            file/acceptance      302 404 200 200 200 403 403 403 403 403 404
projects:entry-create            file/settlement      302 404 403 403 403 403 200 403 403 403 404
projects:entry-create            file/asset           302 404 200 403 403 403 403 403 403 403 404
projects:entry-create            file/assetvisit      302 404 200 200 200 403 403 403 403 403 404
projects:entry-create            file/outcome         302 404 200 403 200 403 403 403 403 403 404
projects:entry-create            file/contract        302 404 200 403 200 403 403 403 403 403 404
projects:entry-create            file/instalment      302 404 200 403 200 403 403 403 403 403 404
projects:entry-create            file/remittance      302 404 403 403 200 403 200 403 403 403 404
projects:entry-create            file/hop             302 404 200 200 200 403 200 403 403 403 404
projects:entry-create            file/contribution    302 404 200 403 403 403 403 403 403 403 404
projects:entry-edit              entry/survey         302 404 403 403 200 403 403 403 403 403 404
projects:entry-edit              entry/milestone      302 404 200 403 403 403 403 403 403 403 404
projects:entry-edit              entry/contract       302 404 200 403 403 403 403 403 403 403 404
projects:entry-edit              entry/remittance     302 404 403 403 200 403 200 403 403 403 404
projects:entry-follow-up         entry/instalment     302 404 200 403 403 403 403 403 403 403 404
projects:entry-follow-up         entry/milestone      302 404 200 403 403 403 403 403 403 403 404
projects:entry-strike            entry/survey         302 404 403 403 200 403 403 403 403 403 404
projects:entry-strike            entry/milestone      302 404 200 403 403 403 403 403 403 403 404
projects:payment-create          -                    302 403 403 403 200 403 403 403 403 403 403
projects:payment-detail          payment              302 404 200 200 200 200 200 200 200 403 404
projects:payment-edit            payment              302 404 403 403 200 403 403 403 403 403 404
projects:payment-list            -                    302 200 200 200 200 200 200 200 200 403 403
projects:payment-move            payment/approve      302 404 403 403 403 200 403 403 403 403 404
projects:project-apart           project/pair         302 404 403 200 200 200 403 403 403 403 404
projects:project-likes           -                    302 405 405 405 405 405 405 405 405 405 405
projects:project-archive         project              302 405 405 405 405 405 405 405 405 405 405
projects:project-create          -                    302 200 200 403 200 403 403 403 403 403 403
projects:project-detail          project              302 404 200 200 200 200 200 200 200 403 404
projects:project-edit            project              302 404 200 403 403 403 403 403 403 403 404
projects:project-list            -                    302 200 200 200 200 200 200 200 200 403 403
projects:project-move            project/submit       302 404 200 403 403 403 403 403 403 403 404
projects:project-places          -                    302 200 200 403 200 403 403 403 403 403 403
reports:figure                   year/A1              302 200 200 200 200 200 200 200 200 403 403
reports:overview                 -                    302 200 200 200 200 200 200 200 200 403 403
reports:overview                 year                 302 200 200 200 200 200 200 200 200 403 403
reports:progress-panel           -                    302 200 200 200 200 200 200 200 200 403 403
training:course-create           -                    302 200 200 403 200 403 403 403 403 403 403
training:course-detail           course               302 404 404 200 200 200 200 200 200 403 404
training:course-edit             course               302 404 404 403 200 403 403 403 403 403 404
training:course-list             -                    302 200 200 200 200 200 200 200 200 403 403
training:course-move             course/confirm       302 404 404 200 403 200 403 403 403 403 404
training:secondment-create       -                    302 200 200 403 200 403 403 403 403 403 403
training:secondment-detail       secondment           302 404 404 200 200 200 200 200 200 403 404
training:secondment-edit         secondment           302 404 404 403 200 403 403 403 403 403 404
training:secondment-list         -                    302 200 200 200 200 200 200 200 200 403 403
training:secondment-move         secondment/confirm   302 404 404 200 403 200 403 403 403 403 404
"""

# In the admin, what has no permission of its own is seen with that of something else.
SEEN_WITH = {
    "ledger.movement": "accounts.see_all_offices",
    "ledger.period": "accounts.see_all_offices",
    "projects.fundingline": "projects.view_project",
}

PART = 12  # rows of the table that one test asks for

# Allauth's own pages: for everybody who signs in; nobody signs up here.
OF_ALLAUTH = ("account_", "mfa_")


def names(patterns, namespace: str = "") -> set[str]:
    """Every URL name below these patterns, but those of the admin, which are tried by model."""
    found = set()
    for pattern in patterns:
        if not hasattr(pattern, "url_patterns"):
            found.add(namespace + (pattern.name or str(pattern.pattern)))
        elif pattern.namespace != "admin":
            below = f"{pattern.namespace}:" if pattern.namespace else ""
            found |= names(pattern.url_patterns, namespace + below)
    return found


def rows() -> list[tuple[str, str, list[int]]]:
    lines = [line.split() for line in TABLE.strip().splitlines()]
    return [(line[0], line[1], [int(status) for status in line[2:]]) for line in lines]


class Things:
    """Records of the reporter's county and of the charity, made when an address asks for one."""

    def __init__(self, make):
        self.make = make
        self.made: dict[str, object] = {}

    def arguments(self, thing: str) -> list:
        if thing == "-":
            return []
        kind, _slash, more = thing.partition("/")
        if more == "pair":
            return [self.make.project().pk, self.make.project().pk]
        if kind == "list":
            return ["projects", more]
        if kind == "entry":
            return [more, getattr(self.make, more)().pk]
        kind = "project_under_way" if kind == "file" else kind
        if kind == "on":
            record = self.made.get(more) or self.made.setdefault(more, self._make(more))
            return [record.workflow_name, record.pk]
        record = self.made.get(kind) or self.made.setdefault(kind, self._make(kind))
        if kind in ("number", "key"):
            return [record]
        return [record.pk, *([more] if more else [])]

    def _make(self, kind: str):
        if kind == "number":
            return self.make.approved_project().number
        if kind == "key":
            return self.make.programme().key
        if kind == "bulk":
            kept = {"workflow": "project", "move": "return", "record_ids": []}
            return BulkMove.objects.create(made_by=self.make.cast.approver, **kept)
        if kind == "view":
            kept = {"list_key": "projects:project", "name": "2010", "query": "year=2010"}
            return SavedView.objects.create(owner=self.make.cast.officer, **kept)
        if kind == "twinning":
            return self.make.cast.reporter.office.supported_by.get()
        if kind == "organisation":
            return self.make.organisation()
        return getattr(self.make, kind)()


def client_for(cast, name: str) -> Client:
    client = Client(raise_request_exception=False)
    if name != "nobody":
        user = getattr(cast, name)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name: str, thing: str, things: Things) -> str:
    if thing.startswith("year"):
        return reverse(name, args=[2010, *thing.split("/")[1:]])
    arguments = things.arguments(thing)
    return reverse(name, args=arguments[::-1] if name == "core:file-add" else arguments)


def test_every_address_of_ours_stands_in_the_table():
    listed = {name for name, _thing, _statuses in rows()}
    ours = {n for n in names(get_resolver().url_patterns) if not n.startswith(OF_ALLAUTH)}
    assert ours == listed


@pytest.mark.parametrize("start", range(0, len(rows()), PART), ids=lambda at: rows()[at][0])
def test_each_person_gets_the_status_of_the_table(start, make, cast):
    things, clients = Things(make), {person: client_for(cast, person) for person in PEOPLE}
    wrong = []
    for name, thing, statuses in rows()[start : start + PART]:
        url = address(name, thing, things)
        for person, expected in zip(PEOPLE, statuses, strict=True):
            status = clients[person].get(url).status_code
            if status != expected:
                wrong.append(f"{person} GET {url}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_nobody_reaches_anything_but_the_portal_and_the_sign_in_by_post(make, cast):
    things, client = Things(make), Client()
    for name, thing, _statuses in rows():
        if name.startswith("portal:"):
            continue
        answer = client.post(address(name, thing, things), {})
        assert answer.status_code == 302 and "/accounts/login/" in answer["Location"], name


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda m: m._meta.label)
def test_the_admin_shows_a_model_to_those_who_may_see_it(model, make, cast):
    """The admin's lists follow the roles table; the donor and nobody are not staff."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    app, name = model._meta.app_label, model._meta.model_name
    opens = SEEN_WITH.get(f"{app}.{name}")
    opens = [opens] if opens else [f"{app}.{action}_{name}" for action in ("view", "change")]
    for person in PEOPLE:
        status = client_for(cast, person).get(url).status_code
        if person in ("nobody", "donor"):
            assert status == 302
            continue
        seen = any(getattr(cast, person).has_perm(permission) for permission in opens)
        assert status == (200 if seen else 403), (person, url)


def test_signing_up_is_closed(client, db):
    answer = client.post(reverse("account_signup"), {"username": "new"})
    assert answer.status_code == 200 and b"csrfmiddlewaretoken" not in answer.content
