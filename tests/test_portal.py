"""The public pages: looking a gift up, its page, projects, programmes and gifts.

Rule: whoever holds the receipt sees the gift, to the fen; nobody else sees that there is one.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from core.workflow import perform
from donations.models import Gift
from ledger import money as ledger
from ledger.models import Fund
from portal import limits
from portal.river import cut
from portal.story import story_of
from projects.money import line_of

YUAN = Decimal
WRONG = "The receipt number or the check code is not right"


@pytest.fixture
def public(db) -> Client:
    return Client(REMOTE_ADDR="192.0.2.7")


@pytest.fixture
def gift(make) -> Gift:
    return make.posted_gift("10000.00")


def look_up(browser: Client, gift: Gift, **changes):
    values = {"receipt_number": gift.receipt_number, "check_code": gift.check_code} | changes
    return browser.post("/portal/find/", values)


def spend(make, gift: Gift, *amounts: tuple[str, str], **project):
    """Allocates of the gift's fund to a project and pays of it: (allocated, paid)."""
    for allocated, paid in amounts:
        fund = Fund.objects.get(pk=gift.programme.fund_id)
        line = make.line(amount=allocated, fund=fund, project=make.project_under_way(**project))
        if paid:
            make.paid_payment(line, paid)


def text_of(response) -> str:
    return response.content.decode()


# -- looking up -----------------------------------------------------------------------------------


def test_number_and_code_open_the_gift(public, gift):
    answer = look_up(public, gift)
    assert (answer.status_code, answer["Location"]) == (302, "/portal/gift/")
    page = public.get("/portal/gift/")
    assert page.status_code == 200
    assert gift.receipt_number in text_of(page)


def test_the_gifts_page_is_private(public, gift):
    look_up(public, gift)
    for answer in (public.get("/portal/gift/"), public.get("/portal/find/"), look_up(public, gift)):
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Robots-Tag"] == "noindex"
        assert gift.check_code not in text_of(answer)


@pytest.mark.parametrize(
    "typed",
    [
        lambda number, code: (number.lower(), code.lower()),
        lambda number, code: (f"  {number} ", f" {code[:3]} {code[3:]}"),
        lambda number, code: (number.replace("-", ""), code),
        lambda number, code: (number.replace("-", "—"), code),
        lambda number, code: (wide(number), wide(code)),
    ],
)
def test_what_is_typed_is_read_generously(public, gift, typed):
    number, code = typed(gift.receipt_number, gift.check_code)
    assert look_up(public, gift, receipt_number=number, check_code=code).status_code == 302


def wide(text: str) -> str:
    """The text as a Chinese input method may type it: full width."""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def test_a_wrong_number_and_a_wrong_code_get_the_same_answer(
    public, gift, make, django_assert_max_num_queries
):
    unposted = make.gift()
    answers = []
    for changes in (
        {"receipt_number": "NB-2010-999999"},
        {"check_code": "222222"},
        {"receipt_number": unposted.number, "check_code": unposted.check_code},
    ):
        cache.clear()
        with django_assert_max_num_queries(20) as queries:
            answer = look_up(public, gift, **changes)
        answers.append((answer.status_code, len(queries), WRONG in text_of(answer)))
    assert len(set(answers)) == 1
    assert answers[0][::2] == (422, True)


def test_an_empty_code_opens_nothing(public, gift):
    answer = look_up(public, gift, check_code="－　—")
    assert answer.status_code == 422
    assert public.get("/portal/gift/").status_code == 302


def test_nothing_typed_is_lost(public, gift):
    page = text_of(look_up(public, gift, check_code="WRONG1"))
    assert f'value="{gift.receipt_number}"' in page
    assert 'href="#id_receipt_number"' in text_of(public.post("/portal/find/", {}))


def test_a_gift_that_is_only_recorded_cannot_be_looked_up(public, make):
    recorded = make.gift()
    answer = look_up(public, recorded, receipt_number=recorded.number)
    assert answer.status_code == 422
    assert WRONG in text_of(answer)


def test_a_limit_is_answered_with_when_to_try_again(public, gift):
    for _try in range(limits.BY_RECEIPT.tries):
        assert look_up(public, gift, check_code="222222").status_code == 422
    answer = look_up(public, gift)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= limits.BY_RECEIPT.seconds
    assert "Try again in 10 minutes" in text_of(answer)
    assert public.get("/portal/gift/").status_code == 302


def test_a_limit_of_one_receipt_leaves_the_others_open(public, gift, make):
    for _try in range(limits.BY_RECEIPT.tries):
        look_up(public, gift, check_code="222222")
    assert look_up(public, make.posted_gift()).status_code == 302


def test_one_address_has_so_many_tries_for_all_receipts(public, gift):
    for place in range(limits.BY_ADDRESS.tries):
        look_up(public, gift, receipt_number=f"NB-2010-9{place:05d}")
    assert look_up(public, gift).status_code == 429
    assert look_up(Client(REMOTE_ADDR="192.0.2.8"), gift).status_code == 302


def test_an_ipv6_customer_is_one_address(rf):
    first = rf.get("/", REMOTE_ADDR="2001:db8:1:2::1")
    second = rf.get("/", REMOTE_ADDR="2001:db8:1:2:ffff::9")
    assert limits.address_of(first) == limits.address_of(second)


def test_the_gift_is_forgotten_when_it_is_closed(public, gift):
    look_up(public, gift)
    assert public.post("/portal/gift/close/").status_code == 302
    assert public.get("/portal/gift/")["Location"] == "/portal/find/"


def test_the_gift_is_forgotten_after_hours(public, gift):
    look_up(public, gift)
    session = public.session
    session["gift"] = session["gift"] | {"until": 1}
    session.save()
    assert public.get("/portal/gift/").status_code == 302


def test_the_form_is_guarded_against_other_sites(gift):
    strict = Client(enforce_csrf_checks=True)
    assert look_up(strict, gift).status_code == 403


# -- the gift's page ------------------------------------------------------------------------------


def test_the_parts_add_up_to_the_gift(public, make, gift):
    spend(make, gift, ("4650.00", "3720.00"), ("3350.00", "3350.00"))
    story = story_of(gift)
    assert (story.journey.paid, story.journey.promised, story.journey.unspent) == (
        YUAN("7070.00"),
        YUAN("930.00"),
        YUAN("2000.00"),
    )
    assert sum(line.amount for line in story.lines) == story.journey.paid
    look_up(public, gift)
    page = text_of(public.get("/portal/gift/"))
    for amount in ("¥10,000.00", "¥7,070.00", "¥930.00", "¥2,000.00"):
        assert amount in page
    assert "has paid for 2 projects in Ceheng" in page
    assert "Of your" in page


def test_a_gift_that_nothing_was_paid_of_is_told_so(public, gift):
    look_up(public, gift)
    page = text_of(public.get("/portal/gift/"))
    assert "is not used yet" in page
    assert "has paid for" not in page
    assert "no payment yet" in page


@pytest.mark.parametrize(("days", "says"), [(-1, "was to be spent by"), (0, "to be spent by")])
def test_a_day_that_has_passed_is_not_told_as_one_to_come(public, gift, days, says):
    spend_by = timezone.localdate() + timedelta(days=days)
    Fund.objects.filter(pk=gift.programme.fund_id).update(spend_by=spend_by)
    look_up(public, gift)
    page = text_of(public.get("/portal/gift/"))
    assert says in page and ("was to be" in page) == (days < 0)


def test_over_five_projects_the_rest_is_one_arm(make, gift):
    spend(make, gift, *[(f"{amount}.00", "10.00") for amount in range(1000, 1700, 100)])
    story = story_of(gift)
    assert (len(story.cards), story.more_count, len(story.lines)) == (5, 2, 7)
    assert "2 more projects" in [label.text for label in story.flat.labels]


def test_labels_do_not_lie_on_the_water(make, gift):
    """Every label of the wide river begins where no flow passes at its height."""
    spend(make, gift, ("4000.00", "10.00"), ("3000.00", "2999.00"), ("1.00", ""))
    drawing = story_of(gift).flat
    tops = {node.x: [] for node in drawing.nodes}
    for node in drawing.nodes:
        tops[node.x].append((node.y, node.y + node.height))
    for label in drawing.labels:
        for top, bottom in tops.get(label.x, []):
            assert not top < label.y < bottom


def test_both_rivers_hold_every_part_inside_their_frame(make, gift):
    spend(make, gift, ("4650.00", "3720.00"), ("3350.00", ""))
    story = story_of(gift)
    for drawing in (story.flat, story.tall):
        assert all(label.y <= drawing.height for label in drawing.labels)
        assert all(node.y + node.height <= drawing.height for node in drawing.nodes)
        assert all(node.x + node.width <= drawing.width + 0.01 for node in drawing.nodes)


@pytest.mark.usefixtures("without_records")
def test_a_reversed_payment_is_told_as_it_happened(public, make, cast, gift):
    fund = Fund.objects.get(pk=gift.programme.fund_id)
    line = make.line(amount="5000.00", fund=fund)
    payment = make.paid_payment(line, "3000.00")
    ledger.take_back(
        payment.movement,
        line.pool,
        YUAN("1000.00"),
        kind="reversal",
        substitute=False,
        voucher="reversal:1",
        on=date(2010, 6, 5),
        by=cast.finance,
    )
    story = story_of(gift)
    assert (story.journey.paid, story.journey.promised) == (YUAN("2000.00"), YUAN("3000.00"))
    assert [event.on for event in story.events] == [date(2010, 6, 5)]
    look_up(public, gift)
    page = text_of(public.get("/portal/gift/"))
    assert "A payment was reversed; ¥1,000.00 of your gift came back to its project." in page


@pytest.mark.usefixtures("without_records")
def test_a_refund_is_told_and_counted(public, make, cast, gift):
    fund = Fund.objects.get(pk=gift.programme.fund_id)
    ledger.take_back(
        gift.movement,
        fund.pool.gone,
        YUAN("4000.00"),
        kind="refund",
        substitute=False,
        voucher="refund:1",
        on=date(2010, 7, 1),
        by=cast.finance,
    )
    story = story_of(gift)
    assert story.journey.refunded == YUAN("4000.00")
    look_up(public, gift)
    page = text_of(public.get("/portal/gift/"))
    assert "¥4,000.00 went back to you." in page


def test_a_gift_bound_to_a_project_goes_straight_there(public, make):
    project = make.project_under_way()
    gift = make.posted_gift("500.00", project=project)
    make.paid_payment(line_of(project, gift.programme.fund), "200.00")
    story = story_of(gift)
    assert (story.journey.paid, story.journey.promised) == (YUAN("200.00"), YUAN("300.00"))
    look_up(public, gift)
    assert project.number in text_of(public.get("/portal/gift/"))


def test_a_gift_of_one_fen_has_a_page_too(public, make):
    gift = make.posted_gift("0.01")
    look_up(public, gift)
    assert public.get("/portal/gift/").status_code == 200


def test_gifts_that_came_before_are_counted(make, gift):
    later = make.posted_gift(programme=gift.programme)
    assert (story_of(gift).before_count, story_of(later).before_count) == (0, 1)


def test_the_page_of_a_gift_reads_in_chinese(public, make, gift):
    spend(make, gift, ("4650.00", "3720.00"))
    look_up(public, gift)
    page = public.get("/portal/gift/?language=zh-hans")
    assert page.status_code == 200
    assert "10,000.00 元" in text_of(page)


def test_a_long_name_is_cut_where_the_room_ends():
    assert cut("Water cellars", 200, 7) == "Water cellars"
    assert cut("Water cellars", 50, 7) == "Water…"
    assert cut("册亨县冗渡镇水窖", 50, 7) == "册亨…"


# -- projects, programmes, gifts ------------------------------------------------------------------


def test_only_projects_that_stand_are_public(public, make):
    shown = make.approved_project()
    hidden = [make.project(), make.submitted_project()]
    page = text_of(public.get("/portal/projects/"))
    assert shown.number in page
    assert public.get(f"/portal/projects/{shown.number}/").status_code == 200
    for project in hidden:
        assert project.number not in page
        assert public.get(f"/portal/projects/{project.number}/").status_code == 404


def test_a_cancelled_project_leaves_the_public_pages(public, make, cast):
    project = make.approved_project()
    perform(project, "cancel", by=cast.reporter, note="No site was found.")
    assert public.get(f"/portal/projects/{project.number}/").status_code == 404


def test_the_totals_are_those_of_the_whole_filter(public, make):
    for _round in range(32):
        make.approved_project(agreed_amount=YUAN("10.00"))
    make.approved_project(agreed_amount=YUAN("99.00"), kind="government", level="city")
    context = public.get("/portal/projects/?kind=social").context
    assert (context["totals"]["count"], context["totals"]["agreed"]) == (32, YUAN("320.00"))
    assert len(context["records"]) == 30
    rest = public.get(f"/portal/projects/{context['page'].next_url}").context
    assert len(rest["records"]) == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("year=2009", 1),
        ("q=大塘", 1),
        ("q=datang", 1),
        ("kind=government", 0),
        ("status=completed", 0),
        ("year=abc", 2),
        ("county=999999", 2),
        ("page=99", 2),
        ("sort=amount", 2),
        ("sort=nonsense", 2),
    ],
)
def test_projects_are_found_by_their_filters(public, make, query, found):
    make.approved_project(name_zh="大塘村饮水", year=2009)
    make.approved_project()
    answer = public.get(f"/portal/projects/?{query}")
    assert answer.status_code == 200
    if "=abc" in query or "999999" in query:
        return
    assert len(answer.context["records"]) == found


def test_projects_of_a_programme_are_those_with_its_money(public, make):
    programme = make.programme()
    make.posted_gift(programme=programme)
    line = make.line(fund=Fund.objects.get(pk=programme.fund_id))
    make.approved_project()
    records = public.get(f"/portal/projects/?programme={programme.key}").context["records"]
    assert [project.pk for project in records] == [line.project_id]


def test_a_programme_says_what_was_given_paid_and_not_used(public, make):
    programme = make.programme()
    make.posted_gift("1000.00", programme=programme)
    line = make.line(amount="600.00", fund=Fund.objects.get(pk=programme.fund_id))
    make.paid_payment(line, "250.00")
    page = text_of(public.get(f"/portal/programmes/{programme.key}/"))
    for amount in ("¥1,000.00", "¥250.00", "¥350.00", "¥400.00"):
        assert amount in page


def test_a_hidden_programme_is_shown_nowhere(public, make):
    hidden = make.programme(is_public=False, name_en="Hidden programme")
    make.posted_gift(programme=hidden)
    assert public.get(f"/portal/programmes/{hidden.key}/").status_code == 404
    for address in ("/portal/", "/portal/programmes/", "/portal/gifts/", "/portal/projects/"):
        assert "Hidden programme" not in text_of(public.get(address))


@pytest.mark.parametrize(
    "address",
    [
        "/portal/",
        "/portal/find/",
        "/portal/projects/",
        "/portal/programmes/",
        "/portal/gifts/",
        "/portal/overview/",
        "/portal/overview/2010/",
        "/portal/how/",
    ],
)
def test_an_empty_house_has_its_public_pages(public, address):
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert public.get(f"{address}?language={language}").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/portal/", "/portal/projects/", "/portal/gifts/", "/portal/programmes/{}/", "/portal/gift/"],
)
def test_thirty_rows_cost_the_queries_of_three(
    public, make, address, django_assert_max_num_queries
):
    programme = make.programme()
    gift = make.posted_gift("100000.00", programme=programme)
    look_up(public, gift)

    def grow(times: int) -> None:
        for _round in range(times):
            make.posted_gift(programme=programme, donor=gift.donor)
            spend(make, gift, ("100.00", "60.00"))

    def queries() -> int:
        with django_assert_max_num_queries(40) as captured:
            public.get(address.format(programme.key))
        return len(captured)

    grow(3)
    few = queries()
    grow(27)
    assert queries() == few
