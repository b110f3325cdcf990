"""The whole line of work in a real browser: from the county's draft to the giver's own page.

Rule: nothing happens here but what people do: each signs in, opens pages, types and presses.
"""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

NAME, NAME_ZH = "Spring water for Banjie", "板街村引泉入户"
YEAR = str(date.today().year + 1)  # no agreement of it is in the demonstration
PEOPLE = ("reporter", "reviewer", "officer", "approver", "approver2", "finance", "clerk")

pytestmark = pytest.mark.xdist_group("browser")


def ago(days: int) -> str:
    return (date.today() - timedelta(days=days)).isoformat()


def fill(page: Page, **typed) -> None:
    """Types into fields by their names, chooses by the words that stand there."""
    for name, value in typed.items():
        field = page.locator(f"main form [name={name}]")
        match field.evaluate("(field) => field.type"):
            case "select-one":
                options = field.locator("option").filter(has_text=value)
                field.select_option(options.first.get_attribute("value"))
            case "checkbox":
                field.set_checked(value)
            case _:
                field.fill(value)


def send(page: Page) -> str:
    """Presses the form's button; answers the address of what came of it."""
    page.locator("main form[method=post] .dock button.btn-primary").click()
    page.wait_for_url(lambda url: not re.search(r"/(new|edit|move|enter|follow-up)\b", url))
    return page.url.partition("#")[0]


def move(page: Page, url: str, label: str, **asked: str) -> None:
    """Makes a move from the page of a record, with what it asks for."""
    page.goto(url)
    page.locator("#next").get_by_role("link", name=label, exact=True).click()
    fill(page, **asked)
    send(page)


def enter(page: Page, project: str, title: str, **typed) -> None:
    """Types an entry into the file of a project, from the link on its page."""
    page.goto(project)
    link = page.get_by_role("link", name=title, exact=True).first
    page.goto(link.get_attribute("href"))
    fill(page, **typed)
    send(page)


def state_is(page: Page, url: str, words: str) -> None:
    page.goto(url)
    expect(page.locator(".head .state")).to_have_text(words)


# -- what each does -------------------------------------------------------------------------------


def type_project(page: Page) -> str:
    """Types a project in two sittings; what the first one typed was kept without a button."""
    page.goto("/projects/new/")
    fill(page, name_zh=NAME_ZH, name_en=NAME, kind="social", year=YEAR, agreed_amount="０．８")
    fill(page, agreed_amount_unit="万元")
    expect(page.locator("[data-saved]")).to_contain_text("saved as a draft")
    page.goto("/projects/new/")
    page.get_by_role("link", name="Go on").first.click()
    expect(page.locator("[name=name_zh]")).to_have_value(NAME_ZH)
    page.check("[name=types][value=water]")
    page.wait_for_selector("[name=waterworks-0-means]")
    fill(page, need="旱季要走三公里挑水。", content_zh="引泉 1 处", people_count="412")
    prefix = "plannedquantity-0"
    fill(page, **{f"{prefix}-item": "水管", f"{prefix}-unit": "km", f"{prefix}-planned": "2.5"})
    fill(page, **{"budgetline-0-purpose": "building works", "budgetline-0-amount": "8,000"})
    fill(page, **{"fundingsource-0-source": "donated", "fundingsource-0-amount": "8,000"})
    url = send(page)
    expect(page.locator("main")).to_contain_text("¥8,000.00")
    return url


def sign_agreement(officer: Page, reviewer: Page, approver: Page, name: str) -> None:
    """An agreement for the project to be a line of, signed by both sides."""
    officer.goto("/agreements/new/")
    fill(officer, name_zh=f"{name} 帮扶合同", name_en=name, year=YEAR)
    fill(officer, receiver="Qianxinan", amount="100,000")
    url = send(officer)
    move(officer, url, "Offer for signature")
    move(reviewer, url, "Sign the agreement")
    move(approver, url, "Sign the agreement", signed_on=ago(45))


def give(clerk: Page, finance: Page, project: str) -> tuple[str, str]:
    """A gift of 3,000 yuan bound to the project; its receipt number and check code."""
    clerk.goto("/gifts/new/")
    fill(clerk, new_donor_name=f"演示·{project}", new_donor_kind="person")
    fill(clerk, programme="Water Cellar", project=project, amount="3,000", received_on=ago(41))
    url = send(clerk)
    move(finance, url, "Confirm gift")
    text = finance.locator("main").inner_text()
    receipt = re.search(r"NB-\d{4}-\d{6}", text).group()
    return receipt, re.search(r"Check code\s+([2-9A-HJ-NP-Z]{6})\b", text).group(1)


def pay(officer: Page, approver: Page, finance: Page, project: str, voucher: str) -> None:
    """The rest is set aside and all of it paid: asked, approved and paid by three people."""
    officer.goto(project)
    officer.get_by_role("link", name="Propose an allocation").first.click()
    fill(officer, fund="Water Cellar", amount="5,000", allocated_on=ago(38))
    move(approver, send(officer), "Approve allocation")
    officer.goto(project)
    officer.get_by_role("link", name="Request a payment").first.click()
    fill(officer, fund="Water Cellar", amount="8,000", requested_on=ago(25))
    fill(officer, payee="册亨县水利施工队", purpose_zh="管材和施工", purpose_en="Pipes and work")
    payment = send(officer)
    move(approver, payment, "Approve payment")
    move(finance, payment, "Record as paid", voucher=voucher, paid_on=ago(22))


# -- the line of work -----------------------------------------------------------------------------


def test_the_line_of_work_from_the_county_s_draft_to_the_giver(open_page):
    pages = {name: open_page(user=name) for name in PEOPLE}
    reporter, reviewer, officer = pages["reporter"], pages["reviewer"], pages["officer"]
    approver, finance = pages["approver"], pages["finance"]

    project = type_project(reporter)
    move(reporter, project, "Propose the project")
    number = re.search(r"P-\d{4}-\d{4}", reporter.locator("main").inner_text()).group()
    enter(officer, project, "Enter a survey", surveyed_on=ago(60), people="演示", opinion="可行")
    move(officer, project, "Report the survey")
    move(reviewer, project, "Pass the review")
    notice = {"place": "村公示栏", "phone": "12317"}
    days = {"starts_on": ago(58), "ends_on": ago(47)}
    enter(reporter, project, "Enter a public notice", occasion="before", **days, **notice)
    move(reporter, project, "Take into the library", library_year=YEAR)
    sign_agreement(officer, reviewer, approver, f"Contract for {number}")
    move(officer, project, "Take into the agreement", agreement=f"Contract for {number}")
    move(reviewer, project, "Approve project")
    state_is(reviewer, project, "Agreed")  # one side alone approves nothing
    move(approver, project, "Approve project", approved_on=ago(42))
    state_is(approver, project, "Approved")

    receipt, code = give(pages["clerk"], finance, number)
    move(reporter, project, "Report start of work", started_on=ago(40))
    pay(officer, pages["approver2"], finance, project, f"TEST-{number}")

    done = {"percent": "100", "spent": "8,000", "text": "通水到户。"}
    enter(reporter, project, "Report progress", reported_on=ago(20), **done, **planned(reporter))
    move(reporter, project, "Report completion", completed_on=ago(20))
    accepted = {"level": "county", "quality": "good", "people": "演示", "text": "合格"}
    enter(reviewer, project, "Enter an acceptance", accepted_on=ago(19), **accepted)
    move(reviewer, project, "Accept the work")
    settled = {"settled_on": ago(19), "claimed": "8,000", "settled": "8,000"}
    enter(finance, project, "Enter the final account", **settled)
    move(finance, project, "Settle the accounts")
    asset = {"name": "引泉工程", "custodian": "板街村委会", "handed_on": ago(18)}
    enter(reporter, project, "Enter an asset", **asset)
    days = {"starts_on": ago(18), "ends_on": ago(7)}
    enter(reporter, project, "Enter a public notice", occasion="after", **days, **notice)
    move(reporter, project, "Hand over")
    state_is(reporter, project, "Handed over")

    giver = open_page(width=390, language="zh-CN")
    giver.goto("/portal/find/")
    fill(giver, receipt_number=receipt, check_code=code)
    giver.press("input[name=check_code]", "Enter")
    giver.wait_for_url("**/portal/gift/")
    expect(giver.locator(".claim")).to_contain_text("3,000.00")
    expect(giver.locator("main")).to_contain_text(f"TEST-{number}")
    expect(giver.locator("main")).to_contain_text(NAME_ZH)
    assert [fault for page in (*pages.values(), giver) for fault in page.faults] == []


def planned(page: Page) -> dict[str, str]:
    """The field of the one planned quantity, as the form of a progress report names it."""
    link = page.get_by_role("link", name="Report progress", exact=True).first
    page.goto(link.get_attribute("href"))
    return {page.locator("[name^=done]").get_attribute("name"): "2.5"}


def test_what_is_wrong_with_a_form_stays_in_sight(open_page):
    """What was typed in a hurry is kept as a draft as well; that does not take the words away."""
    page = open_page(user="clerk")
    page.goto("/gifts/new/")
    fill(page, new_donor_name="朱英龙", new_donor_kind="person", project="P-1999-9999")
    fill(page, programme="Water Cellar", amount="3,000", received_on=ago(3))
    page.locator("main form[method=post] .dock button.btn-primary").click()
    expect(page.locator(".errors")).to_contain_text("P-1999-9999")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".errors")).to_contain_text("P-1999-9999")
