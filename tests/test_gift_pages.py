"""The pages of gifts, and the same in the admin."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.workflow import perform
from donations.models import Donor, Gift


def typed(programme, donor=None, **changes) -> dict[str, str]:
    """What a clerk types for a gift."""
    values = {
        "donor": donor.number if donor else "",
        "programme": str(programme.pk),
        "project": "",
        "amount": "1,000.00",
        "amount_unit": "yuan",
        "received_on": "2010-03-18",
        "method": "bank",
        "bank_reference": "",
        "message": "",
    }
    return values | changes


def errors_of(response) -> str:
    """Every refusal of a page's form, in one text."""
    form = response.context.get("form") or response.context["adminform"].form
    return " ".join(text for texts in form.errors.values() for text in texts)


def queries_of(client, address: str) -> int:
    client.get(address)  # warms what is kept between requests
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# -- entry ----------------------------------------------------------------------------------------


def test_a_clerk_enters_a_gift_of_a_known_donor(make, cast, client_of):
    programme, donor = make.programme(), make.donor(name_zh="王小明")
    data = typed(programme, donor, amount="１．２５", amount_unit="wan", bank_reference="B-77")
    response = client_of(cast.clerk).post("/gifts/new/", data)
    gift = Gift.objects.get()
    assert response.status_code == 302 and response.url == f"/gifts/{gift.pk}/"
    assert (gift.donor, gift.amount, gift.status) == (donor, Decimal("12500.00"), "recorded")
    assert gift.custodian == programme.fund.custodian and gift.created_by == cast.clerk
    assert gift.number == "G-2010-000001" and gift.receipt_number is None


def test_a_donor_is_found_by_name_and_by_what_the_suggestion_fills_in(make, cast, client_of):
    donor = make.donor(name_zh="王小明")
    for text in ("王小明", f"{donor.number} 王小明", donor.number.lower()):
        data = typed(make.programme(), donor=None) | {"donor": text}
        assert client_of(cast.clerk).post("/gifts/new/", data).status_code == 302
    assert Gift.objects.filter(donor=donor).count() == 3


def test_a_name_that_is_not_known_is_answered_with_those_like_it(make, cast, client_of):
    make.donor(name_zh="王小明")
    response = client_of(cast.clerk).post(
        "/gifts/new/", typed(make.programme(), donor="") | {"donor": "小明"}
    )
    assert response.status_code == 422
    assert "There is no “小明”. Is it 王小明 (D-000001)?" in errors_of(response)
    assert 'value="小明"' in response.content.decode()


def test_two_donors_of_one_name_are_told_apart_by_number(make, cast, client_of):
    make.donor(name_zh="王小明")
    make.donor(name_zh="王小明")
    response = client_of(cast.clerk).post(
        "/gifts/new/", typed(make.programme()) | {"donor": "王小明"}
    )
    assert "fits several" in errors_of(response) and not Gift.objects.exists()


def test_a_new_donor_is_typed_with_kind_and_consent(make, cast, client_of):
    data = typed(
        make.programme(),
        new_donor_name="甬江纺织厂",
        new_donor_kind="enterprise",
        new_donor_consent="on",
    )
    assert client_of(cast.clerk).post("/gifts/new/", data).status_code == 302
    donor = Gift.objects.get().donor
    assert (donor.name_zh, donor.kind, donor.has_name_consent) == ("甬江纺织厂", "enterprise", True)
    assert donor.consent_on == date(2010, 3, 18) and donor.custodian == make.office("nb-charity")


def test_a_namesake_is_a_question_and_not_a_refusal(make, cast, client_of):
    known = make.donor(name_zh="王小明")
    data = typed(make.programme(), new_donor_name="王小明", new_donor_kind="person")
    response = client_of(cast.clerk).post("/gifts/new/", data)
    assert known.number in errors_of(response) and Donor.objects.count() == 1
    data["new_donor_anyway"] = "on"
    assert client_of(cast.clerk).post("/gifts/new/", data).status_code == 302
    assert Donor.objects.filter(name_zh="王小明").count() == 2


def test_an_anonymous_donor_needs_no_name(make, cast, client_of):
    data = typed(make.programme(), new_donor_kind="anonymous")
    assert client_of(cast.clerk).post("/gifts/new/", data).status_code == 302
    assert Gift.objects.get().donor.name_zh == "匿名"


def test_a_gift_without_donor_is_refused_and_leaves_no_donor_behind(make, cast, client_of):
    response = client_of(cast.clerk).post("/gifts/new/", typed(make.programme()))
    assert "Enter the donor" in errors_of(response)
    data = typed(make.programme(), new_donor_name="新人", new_donor_kind="person", amount="-1")
    assert client_of(cast.clerk).post("/gifts/new/", data).status_code == 422
    assert not Donor.objects.filter(name_zh="新人").exists()


def test_a_gift_bound_to_a_project_that_is_not_approved_is_refused_in_words(make, cast, client_of):
    project = make.project(office=make.office("nb-charity"))
    data = typed(make.programme(), make.donor(), project=project.number)
    response = client_of(cast.clerk).post("/gifts/new/", data)
    assert response.status_code == 422 and "The project is not approved yet." in errors_of(response)
    assert f'value="{project.number}"' in response.content.decode()


def test_a_gift_is_bound_to_an_approved_project_within_its_agreed_amount(make, cast, client_of):
    project = make.approved_project(agreed_amount=Decimal("5000.00"))
    data = typed(make.programme(), make.donor(), project=project.number, amount="6000")
    assert "5,000.00" in errors_of(client_of(cast.clerk).post("/gifts/new/", data))
    assert client_of(cast.clerk).post("/gifts/new/", data | {"amount": "5000"}).status_code == 302
    assert Gift.objects.get().project == project


def test_a_fund_for_water_takes_no_gift_bound_to_a_school(make, cast, client_of):
    programme = make.programme(fund=make.fund(project_types=["water"]))
    school = make.approved_project(types=["school"])
    response = client_of(cast.clerk).post(
        "/gifts/new/", typed(programme, make.donor(), project=school.number)
    )
    assert "purpose of the fund" in errors_of(response)


def test_the_same_bank_reference_twice_is_refused_in_words(make, cast, client_of):
    first = make.gift(bank_reference="B-77")
    data = typed(first.programme, first.donor, bank_reference="B-77")
    response = client_of(cast.clerk).post("/gifts/new/", data)
    assert response.status_code == 422
    assert "This bank reference stands on G-2010-000001 already." in errors_of(response)


def test_a_returned_gift_is_edited_and_recorded_again(make, cast, client_of):
    gift = perform(make.gift(), "return", by=cast.finance, note="金额与银行不符")
    client = client_of(cast.clerk)
    data = typed(gift.programme, gift.donor, amount="9,000.00")
    assert client.post(f"/gifts/{gift.pk}/edit/", data).status_code == 302
    assert client.post(f"/gifts/{gift.pk}/move/resubmit/", {"note": ""}).status_code == 302
    gift.refresh_from_db()
    assert (gift.status, gift.amount) == ("recorded", Decimal("9000.00"))


def test_suggestions_come_by_characters_and_pinyin(make, cast, client_of):
    make.donor(name_zh="王小明")
    for text in ("小明", "wangxiaoming", "wxm", "D-000001"):
        page = client_of(cast.clerk).get("/donors/options/", {"donor": text}).content.decode()
        assert "D-000001 王小明" in page
    assert client_of(cast.reporter).get("/donors/options/?donor=王").status_code == 403


# -- bad input, on the page and in the admin -------------------------------------------------------

BAD = [
    # field, typed, what is said (empty: it is read right)
    ("amount", "-5", "more than zero"),
    ("amount", "0", "more than zero"),
    ("amount", "NaN", "in figures"),
    ("amount", "9" * 30, "larger than"),
    ("amount", "1.005", "two decimals"),
    ("amount", "<b>1</b>", "in figures"),
    ("amount", "１２，０００．５０", ""),
    ("received_on", "2999-01-01", "cannot be after today"),
    ("received_on", "soon", "year-month-day"),
    ("received_on", "２０１０年３月１８日", ""),
    ("bank_reference", "x" * 5000, "may have 60 characters; it has 5,000"),
    ("bank_reference", "a\x00b", "ull character"),
    ("message", "x" * 5000, "may have 500 characters; it has 5,000"),
    ("message", "‮1000", "reading direction"),
    ("message", "<script>alert(1)</script>", ""),
    ("donor", "<i>nobody</i>", "There is no"),
    ("donor", "x" * 5000, "200 characters"),
    ("programme", "999999999999999999999", "valid choice"),
    ("project", "没有这个项目", "There is no"),
]


@pytest.mark.parametrize("address", ["/gifts/new/", "/admin/donations/gift/add/"])
@pytest.mark.parametrize(
    ("field", "text", "says"), BAD, ids=[f"{field} {text[:12]!a}" for field, text, _says in BAD]
)
def test_what_is_typed_is_read_right_or_refused_in_words(
    make, cast, client_of, address, field, text, says
):
    data = typed(make.programme(), make.donor(), message="留言") | {field: text}
    response = client_of(cast.clerk).post(address, data)
    if not says:
        assert response.status_code == 302 and Gift.objects.count() == 1
        return
    assert response.status_code in (200, 422) and not Gift.objects.exists()
    assert says in errors_of(response)
    page = response.content.decode()
    assert "<b>1</b>" not in page and "<i>nobody" not in page
    if field != "message":
        assert "留言" in page


def test_what_is_html_is_shown_as_text(make, cast, client_of):
    gift = make.gift(message="<script>alert(1)</script>")
    page = client_of(cast.clerk).get(f"/gifts/{gift.pk}/").content.decode()
    assert "&lt;script&gt;" in page and "<script>alert" not in page


# -- who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/gifts/{}/", "/gifts/{}/edit/", "/gifts/{}/move/confirm/", "/gifts/{}/receipt/"],
)
def test_a_stranger_does_not_learn_that_a_gift_exists(make, cast, client_of, address):
    gift = make.gift()
    assert client_of(cast.stranger).get(address.format(gift.pk)).status_code == 404
    assert client_of(cast.sysadmin).get(address.format(gift.pk)).status_code == 403


@pytest.mark.parametrize("kind", ["gifts", "goods", "donors"])
def test_a_role_without_gifts_has_no_list_of_them(cast, client_of, kind):
    assert client_of(cast.reporter).get(f"/{kind}/").status_code == 403
    assert client_of(cast.auditor).get(f"/{kind}/").status_code == 200
    assert client_of(cast.auditor).get(f"/{kind}/new/").status_code == 403


def test_a_reader_may_not_edit_a_gift(make, cast, client_of):
    gift = make.gift()
    for reader in (cast.auditor, cast.finance, cast.officer):
        assert client_of(reader).get(f"/gifts/{gift.pk}/").status_code == 200
        assert client_of(reader).get(f"/gifts/{gift.pk}/edit/").status_code == 403


def test_the_other_clerk_may_not_confirm_and_the_own_gift_is_nobodys_to_confirm(
    make, cast, client_of
):
    own = make.gift(created_by=cast.finance)
    other = make.gift()
    for client, gift in ((client_of(cast.clerk2), other), (client_of(cast.finance), own)):
        answer = client.post(f"/gifts/{gift.pk}/move/confirm/", {"note": ""})
        assert answer.status_code == 403
    assert "another person must decide it" in (
        client_of(cast.finance).get(f"/gifts/{own.pk}/").content.decode()
    )
    response = client_of(cast.finance).post(
        "/admin/donations/gift/",
        {"action": "confirm", "_selected_action": [own.pk], "note": ""},
        follow=True,
    )
    assert "another person must decide it" in response.content.decode()
    own.refresh_from_db()
    assert own.status == "recorded"


def test_raw_sql_cannot_confirm_own_work(make, cast):
    own = make.gift(created_by=cast.finance)
    with pytest.raises(DatabaseError, match="own_work"), transaction.atomic():
        _decide_by_hand(own, cast.finance)
    with pytest.raises(DatabaseError, match="status_without_decision"), transaction.atomic():
        Gift.objects.filter(pk=own.pk).update(status="confirmed")


def _decide_by_hand(gift, user) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_decision (workflow, record_id, move, from_status, to_status,"
            " decided_by_id, note, content_hash) VALUES"
            " ('gift', %s, 'confirm', 'recorded', 'confirmed', %s, '', '')",
            [gift.pk, user.pk],
        )


def test_a_confirmed_gift_is_frozen_on_page_admin_and_by_sql(make, cast, client_of):
    gift = make.posted_gift()
    data = typed(gift.programme, gift.donor, amount="1.00")
    assert client_of(cast.clerk).post(f"/gifts/{gift.pk}/edit/", data).status_code == 422
    admin = client_of(cast.clerk).post(f"/admin/donations/gift/{gift.pk}/change/", data)
    assert admin.status_code == 403
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Gift.objects.filter(pk=gift.pk).update(amount="1.00")
    gift.refresh_from_db()
    assert gift.amount == Decimal("10000.00")


def test_a_gift_is_never_deleted(make, cast, client_of):
    gift = make.gift()
    assert client_of(cast.clerk).post(f"/admin/donations/gift/{gift.pk}/delete/").status_code == 403
    with pytest.raises(DatabaseError, match="never_deleted"), transaction.atomic():
        gift.delete()


# -- lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/gifts/", "/gifts/?status=posted&q=演示", "/donors/"])
def test_thirty_gifts_cost_the_queries_of_three(make, cast, client_of, address):
    client = client_of(cast.finance)
    programme = make.programme()
    for _gift in range(3):
        make.posted_gift(programme=programme)
    few = queries_of(client, address)
    for _gift in range(27):
        make.posted_gift(programme=programme)
    assert queries_of(client, address) == few


def test_thirty_programmes_and_goods_cost_the_queries_of_three(make, cast, client_of):
    client = client_of(cast.clerk)
    for _programme in range(3):
        make.goods()
    few = queries_of(client, "/programmes/"), queries_of(client, "/goods/")
    for _programme in range(27):
        make.goods()
    assert (queries_of(client, "/programmes/"), queries_of(client, "/goods/")) == few


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=小明", 1),
        ("q=wangxm", 0),
        ("q=wxm", 1),
        ("q=NB-2010-000001", 1),
        ("q=G-2010-000002", 1),
        ("receipt=nb-2010-000001", 1),
        ("status=posted", 1),
        ("method=cash", 1),
        ("binding=bound", 1),
        ("binding=free", 2),
        ("received_from=2010-05-01", 1),
        ("received_to=2010-04-30", 2),
        ("received_from=2010-03-01&received_to=2010-03-31", 2),
        ("amount_from=20000", 1),
        ("amount_to=1万", 2),
        ("amount_from=5000&amount_to=15000", 1),
        ("status=nonsense", 3),
        ("amount_from=abc", 3),
    ],
)
def test_the_list_of_gifts_is_filtered(make, cast, client_of, query, found):
    programme = make.programme()
    make.posted_gift(programme=programme, donor=make.donor(name_zh="王小明"))
    make.gift("100.00", programme=programme, method="cash", project=make.approved_project())
    make.gift("30000.00", programme=programme, received_on=date(2010, 5, 2))
    response = client_of(cast.finance).get(f"/gifts/?{query}")
    assert response.context["page"].total == found


def test_the_list_of_gifts_is_narrowed_to_a_programme_and_sums_the_whole_filter(
    make, cast, client_of
):
    programme = make.programme()
    for _gift in range(31):
        make.gift("10.10", programme=programme)
    make.gift("99.00")
    response = client_of(cast.finance).get(f"/gifts/?programme={programme.pk}")
    assert response.context["totals"] == {"amount": Decimal("313.10")}
    assert len(response.context["records"]) == 30


def test_a_filter_wider_than_the_cap_says_so_instead_of_adding_up(
    make, cast, client_of, monkeypatch
):
    monkeypatch.setattr("core.lists.COUNT_CAP", 1)
    make.gift()
    make.gift()
    response = client_of(cast.finance).get("/gifts/")
    assert response.context["totals"] is None
    assert "narrow the filter for totals" in response.content.decode()


@pytest.mark.parametrize("sort", ["number", "-received_on", "amount", "-amount", "status"])
def test_the_list_of_gifts_is_sorted(make, cast, client_of, sort):
    for amount in ("3.00", "1.00", "2.00"):
        make.gift(amount)
    response = client_of(cast.finance).get(f"/gifts/?sort={sort}")
    assert response.status_code == 200 and len(response.context["records"]) == 3


# -- confirming ------------------------------------------------------------------------------------


def test_a_gift_is_confirmed_posted_and_has_a_receipt(make, cast, client_of):
    gift = make.gift("120000.00")
    client = client_of(cast.finance)
    assert client.post(f"/gifts/{gift.pk}/move/confirm/", {"note": ""}).status_code == 302
    gift.refresh_from_db()
    page = client.get(f"/gifts/{gift.pk}/").content.decode()
    assert gift.receipt_number == "NB-2010-000001" and gift.check_code in page
    receipt = client.get(f"/gifts/{gift.pk}/receipt/").content.decode()
    for text in ("NB-2010-000001", gift.check_code, "壹拾贰万元整", "120,000.00"):
        assert text in receipt
    assert "公益性单位接受捐赠统一收据" in receipt


def test_before_it_is_posted_a_gift_has_no_receipt_and_shows_no_code(make, cast, client_of):
    gift = make.gift()
    client = client_of(cast.clerk)
    assert client.get(f"/gifts/{gift.pk}/receipt/").url == f"/gifts/{gift.pk}/"
    assert gift.check_code not in client.get(f"/gifts/{gift.pk}/").content.decode()


def test_the_page_of_a_gift_costs_the_same_with_one_payment_and_with_ten(make, cast, client_of):
    project = make.project_under_way()
    gift = make.posted_gift(project=project)
    line = project.lines.get()
    client = client_of(cast.finance)
    make.paid_payment(line, "100.00")
    few = queries_of(client, f"/gifts/{gift.pk}/")
    for _payment in range(9):
        make.paid_payment(line, "100.00")
    assert queries_of(client, f"/gifts/{gift.pk}/") == few
    assert "0426-" in client.get(f"/gifts/{gift.pk}/").content.decode()


def test_ticked_gifts_are_confirmed_and_each_refusal_is_told(make, cast, client_of):
    programme = make.programme()
    good = [make.gift(programme=programme) for _gift in range(3)]
    own = make.gift(programme=programme, created_by=cast.finance)
    stranded = make.gift(programme=programme, project=make.project())
    foreign = make.gift(custodian=make.office("nb"))
    early = make.gift(programme=programme, received_on=date(2010, 2, 5))
    make.closed_period(starts_on=date(2010, 2, 1), ends_on=date(2010, 2, 28))
    keys = [gift.pk for gift in (early, *good, own, stranded, foreign)]
    asked = {"pk": keys, "move": "confirm", "token": uuid4(), "note": ""}
    page = client_of(cast.finance).post("/bulk/donations/gift/", asked, follow=True)
    assert "3 records: Confirmed" in page.content.decode()
    told = {one.record: one.outcome.reason for one in page.context["tried"]}
    assert "You submitted this yourself" in told[own] and "not approved yet" in told[stranded]
    assert "custodian" in told[foreign] and "closed" in told[early]
    numbers = Gift.objects.posted().order_by("pk").values_list("receipt_number", flat=True)
    assert list(numbers) == ["NB-2010-000001", "NB-2010-000002", "NB-2010-000003"]


def test_the_admin_shows_its_lists_and_forms_to_those_who_may(make, cast, client_of):
    gift, goods_gift = make.gift(), make.goods()
    records = {
        "gift": gift,
        "goodsgift": goods_gift,
        "donor": gift.donor,
        "programme": gift.programme,
    }
    for name, record in records.items():
        for page in ("", "add/", f"{record.pk}/change/"):
            address = f"/admin/donations/{name}/{page}"
            assert client_of(cast.clerk).get(address).status_code == 200, address
        unseen = client_of(cast.stranger).get(f"/admin/donations/{name}/{record.pk}/change/")
        assert unseen.status_code in (302, 403)


def test_the_admin_confirms_and_returns_with_a_reason(make, cast, client_of):
    one, two = make.gift(), make.gift()
    client = client_of(cast.finance)
    act = {"_selected_action": [two.pk], "action": "return", "note": ""}
    page = client.post("/admin/donations/gift/", act, follow=True).content.decode()
    assert "Give the reason" in page
    client.post("/admin/donations/gift/", act | {"note": "少了附言"})
    client.post("/admin/donations/gift/", act | {"action": "confirm", "_selected_action": [one.pk]})
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.status, two.status) == ("posted", "returned")
