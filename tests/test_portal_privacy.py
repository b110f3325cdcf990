"""Nobody's name in public without consent: names that must not appear, looked for everywhere.

Rule: a name is a canary; it may appear nowhere in what a stranger can read, errors included.
"""

from datetime import date

import pytest
from django.test import Client

from core.workflow import perform
from ledger.models import Fund

CANARY_ZH, CANARY_EN = "金丝雀不可见", "Canary Unseen"
PHONE, EMAIL, MESSAGE, BANK = "0574-000111", "canary@example.org", "secret words", "BANK-CANARY"
SECRETS = (CANARY_ZH, CANARY_EN, PHONE, EMAIL, MESSAGE, BANK)
WITHHELD = "Name withheld at the giver’s wish"


@pytest.fixture
def world(make, cast):
    """A programme with a hidden giver, a named one, money on its way, and goods."""
    hidden = make.donor(name_zh=CANARY_ZH, name_en=CANARY_EN, phone=PHONE, email=EMAIL)
    named = make.donor(
        name_zh="七塔寺",
        name_en="Seven-Pagoda Temple",
        has_name_consent=True,
        consent_on=date(2010, 1, 1),
    )
    programme = make.programme(is_drought_relief=True)
    secret = make.posted_gift(
        "3000.00", donor=hidden, programme=programme, message=MESSAGE, bank_reference=BANK
    )
    open_gift = make.posted_gift("2000.00", donor=named, programme=programme)
    perform(make.goods(donor=hidden, programme=programme), "confirm", by=cast.finance)
    line = make.line(amount="4000.00", fund=Fund.objects.get(pk=programme.fund_id))
    make.paid_payment(line, "3500.00")
    return {"programme": programme, "secret": secret, "open": open_gift, "line": line}


@pytest.fixture
def addresses(world) -> list[str]:
    return [
        "/portal/",
        "/portal/find/",
        "/portal/gifts/",
        "/portal/projects/",
        f"/portal/projects/{world['line'].project.number}/",
        "/portal/programmes/",
        f"/portal/programmes/{world['programme'].key}/",
        "/portal/overview/2010/",
        "/portal/how/",
        "/portal/projects/P-2010-9999/",
        "/portal/programmes/nothing/",
    ]


def secrets_in(response) -> list[str]:
    text = response.content.decode() + str(response.headers)
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_public_page_names_a_giver_without_consent(addresses, language):
    browser = Client()
    for address in addresses:
        answer = browser.get(f"{address}?language={language}")
        assert secrets_in(answer) == [], address


def test_a_search_for_a_name_finds_no_gift(world):
    answer = Client().get("/portal/projects/", {"q": CANARY_ZH})
    assert list(answer.context["records"]) == []


def test_a_giver_who_agreed_is_named_and_the_other_one_withheld(world):
    page = Client().get("/portal/gifts/").content.decode()
    assert "Seven-Pagoda Temple" in page
    assert WITHHELD in page


def test_a_withdrawn_consent_counts_at_once(world):
    donor = world["open"].donor
    donor.has_name_consent = False
    donor.save()
    for address in ("/portal/", "/portal/gifts/", f"/portal/programmes/{world['programme'].key}/"):
        assert "Seven-Pagoda" not in Client().get(address).content.decode()


def test_the_page_of_a_gift_names_no_other_giver(world):
    browser = Client()
    gift = world["open"]
    browser.post(
        "/portal/find/",
        {"receipt_number": gift.receipt_number, "check_code": gift.check_code},
    )
    page = browser.get("/portal/gift/")
    assert page.status_code == 200
    assert secrets_in(page) == []
    assert world["secret"].receipt_number not in page.content.decode()


def test_the_page_of_a_gift_does_not_even_name_its_own_giver(world):
    """Whoever finds the receipt learns where the money went, not whose it was."""
    browser = Client()
    gift = world["secret"]
    browser.post(
        "/portal/find/",
        {"receipt_number": gift.receipt_number, "check_code": gift.check_code},
    )
    assert secrets_in(browser.get("/portal/gift/")) == []


def test_a_wrong_look_up_tells_nothing(world):
    answer = Client().post(
        "/portal/find/",
        {"receipt_number": world["secret"].receipt_number, "check_code": "222222"},
    )
    assert secrets_in(answer) == []
    assert world["secret"].check_code not in answer.content.decode()


def test_the_session_of_one_reader_is_not_the_next_ones(world):
    gift = world["open"]
    Client().post(
        "/portal/find/",
        {"receipt_number": gift.receipt_number, "check_code": gift.check_code},
    )
    assert Client().get("/portal/gift/").status_code == 302


def test_public_pages_are_read_only(addresses):
    browser = Client()
    for address in addresses:
        if address != "/portal/find/":
            assert browser.post(address).status_code == 405, address
