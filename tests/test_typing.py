"""What is typed survives in a real browser: reload, lost connection, ended session, two at once."""

import re

import pytest
from playwright.sync_api import Page, expect

NEW = "/projects/new/"
AXE = "tests/vendor/axe.min.js"

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.django_db]


def fill(page: Page, name: str, **more: str) -> None:
    """Types what a project needs to be saved."""
    page.fill("[name=name_zh]", name)
    page.select_option("[name=kind]", "social")
    page.fill("[name=year]", "2010")
    page.check("[name=types][value=water]")
    page.wait_for_selector("[name=waterworks-0-means]")
    page.select_option("[name=county]", label="Ceheng County 522327")
    page.fill("[name=agreed_amount]", "1,000")
    for field, value in more.items():
        page.fill(f"[name={field}]", value)


def mark(page: Page):
    return page.locator("[data-saved]")


def save(page: Page) -> None:
    page.locator("main form[data-draft] .dock button[type=submit]").click()


def kept_here(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))")


def rows_named(page: Page, name: str) -> int:
    page.goto(f"/projects/?q={name}")
    return page.locator("#records tbody tr").count()


def faults_of(page: Page) -> list[str]:
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def test_what_is_typed_survives_a_reload(open_page):
    page = open_page(user="reporter")
    page.goto(NEW)
    page.fill("[name=name_zh]", "重新打开也在")
    page.fill("[name=agreed_amount]", "１２，０００")
    expect(mark(page)).to_contain_text(re.compile(r"\d\d:\d\d saved as a draft"))
    assert kept_here(page) == []
    page.reload()
    expect(page.locator("[name=name_zh]")).to_have_value("重新打开也在")
    expect(page.locator("[name=agreed_amount]")).to_have_value("１２，０００")
    assert rows_named(page, "重新打开也在") == 0
    page.goto(NEW)
    page.get_by_role("link", name="Go on").first.click()
    expect(page.locator("[name=name_zh]")).to_have_value("重新打开也在")
    fill(page, "重新打开也在")
    save(page)
    page.wait_for_url(re.compile(r"/projects/\d+/$"))
    page.goto(NEW)
    expect(page.get_by_text("重新打开也在")).to_have_count(0)
    assert page.faults == []


def test_what_is_typed_at_the_last_moment_survives_too(open_page):
    page, asked = open_page(user="reporter"), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(NEW)
    page.fill("[name=name_zh]", "刚刚打的字")
    page.goto("/")  # at once: nothing was sent yet
    assert asked == []  # it is kept on the device, so nobody is asked to stay
    page.goto(NEW)
    expect(page.get_by_text("刚刚打的字").or_(page.locator("[name=name_zh]"))).not_to_have_count(0)
    page.goto(NEW)
    page.get_by_role("link", name="Go on").first.click()
    expect(page.locator("[name=name_zh]")).to_have_value("刚刚打的字")
    page.get_by_role("button", name="Discard").first.click()


def test_what_is_typed_without_a_connection_is_kept_and_sent_later(open_page):
    page = open_page(user="reporter")
    page.goto(NEW)
    page.context.set_offline(True)
    page.fill("[name=name_zh]", "断网时打的字")
    page.fill("[name=content_zh]", "水窖")
    expect(mark(page)).to_have_text(re.compile("offline: kept on this device, 2 changes"))
    assert len(kept_here(page)) == 1
    save(page)  # stays where it is, with the words
    expect(mark(page)).to_contain_text("offline: kept on this device")
    page.context.set_offline(False)
    expect(mark(page)).to_contain_text("saved as a draft")
    assert kept_here(page) == []
    page.reload()
    expect(page.locator("[name=name_zh]")).to_have_value("断网时打的字")
    page.get_by_role("button", name="Discard").first.click()


def test_a_browser_closed_without_a_connection_loses_nothing(open_page):
    page = open_page(user="reporter")
    page.goto(NEW)
    page.context.set_offline(True)
    page.fill("[name=name_zh]", "关机前打的字")
    expect(mark(page)).to_contain_text("offline: kept on this device, 1 change")
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(NEW)
    expect(page.locator("[name=name_zh]")).to_have_value("关机前打的字")
    page.get_by_role("button", name="Discard").first.click()
    page.goto(NEW)
    expect(page.get_by_text("关机前打的字")).to_have_count(0)


def end_session(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def sign_in_again(page: Page) -> None:
    page.fill("input[name=login]", "reporter")
    page.fill("input[name=password]", "shanhai-demo-2010")
    page.press("input[name=password]", "Enter")
    expect(page.locator(".who")).to_be_visible()


@pytest.mark.parametrize("waits", [True, False])
def test_what_is_typed_after_the_session_ended_comes_back(open_page, waits):
    """Whether the page has noticed that the session is over, or the form is sent at once."""
    page = open_page(user="reporter")
    page.goto(NEW)
    end_session(page)
    fill_without_htmx(page, "登录过期打的字")
    if waits:
        expect(mark(page)).to_contain_text("signed out: kept on this device")
    save(page)
    sign_in_again(page)
    expect(page.locator("[name=name_zh]")).to_have_value("登录过期打的字")
    page.get_by_role("button", name="Discard").first.click()


def fill_without_htmx(page: Page, name: str) -> None:
    page.fill("[name=name_zh]", name)
    page.fill("[name=agreed_amount]", "1,000")


def test_a_session_that_was_renewed_elsewhere_saves_all_the_same(open_page):
    """Signing in again in another window changes the token that a form is sent with."""
    page = open_page(user="reporter")
    page.goto(NEW)
    fill(page, "另一个窗口登录")
    end_session(page)
    other = page.context.new_page()
    other.goto("/accounts/login/")
    sign_in_again(other)
    save(page)
    page.wait_for_url(re.compile(r"/projects/\d+/$"))


def test_two_versions_stand_side_by_side(open_page):
    first = open_page(user="reporter", bypass_csp=True)
    first.goto(NEW)
    fill(first, "两个窗口")
    save(first)
    first.wait_for_url(re.compile(r"/projects/\d+/$"))
    path = f"{first.url}edit/"
    second = first.context.new_page()
    first.goto(path)
    second.goto(path)
    first.fill("[name=need]", "第一个窗口")
    first.fill("[name=content_zh]", "水窖 12 口")
    save(first)
    first.wait_for_url(re.compile(r"/projects/\d+/$"))
    second.fill("[name=need]", "第二个窗口")
    save(second)
    expect(second.get_by_role("alert")).to_contain_text("both versions are below")
    assert faults_of(second) == []
    second.get_by_role("button", name="Save what is chosen").click()
    expect(second.get_by_role("alert")).to_be_visible()  # a choice is due
    second.get_by_label("第二个窗口").check()
    second.get_by_role("button", name="Save what is chosen").click()
    second.wait_for_url(re.compile(r"/projects/\d+/$"))
    expect(second.locator("main")).to_contain_text("第二个窗口")
    expect(second.locator("main")).to_contain_text("水窖 12 口")


AT_ONCE = """async (changes) => {
  const form = document.querySelector("form[data-draft]");
  const bodies = changes.map((change) => {
    const body = new URLSearchParams(new FormData(form));
    Object.entries(change).forEach(([name, value]) => body.set(name, value));
    return body;
  });
  const send = (body) => fetch(location.href, {method: "POST", body});
  const answers = await Promise.all(bodies.map(send));
  return answers.map((answer) => [answer.status, new URL(answer.url).pathname]);
}"""


def test_a_form_sent_twice_at_once_makes_one_record(open_page):
    page = open_page(user="reporter")
    page.goto(NEW)
    fill(page, "点了两下")
    (status, first), (other, second) = page.evaluate(AT_ONCE, [{}, {}])
    assert (status, other) == (200, 200) and first == second
    assert re.fullmatch(r"/projects/\d+/", first)
    assert rows_named(page, "点了两下") == 1


def test_of_two_changes_at_once_one_is_a_conflict(open_page):
    page = open_page(user="reporter")
    page.goto(NEW)
    fill(page, "同时改")
    save(page)
    page.wait_for_url(re.compile(r"/projects/\d+/$"))
    page.goto(f"{page.url}edit/")
    token = "00000000-0000-4000-8000-{:012d}"
    changes = [{"need": f"版本 {n}", "form_token": token.format(n)} for n in range(4)]
    answers = page.evaluate(AT_ONCE, changes)
    assert sorted(status for status, _path in answers) == [200, 409, 409, 409]


def test_rows_are_added_and_summed_up_in_place(open_page):
    page = open_page(user="reporter", bypass_csp=True)
    page.goto(NEW)
    part = page.locator("[data-part=budgetline]")
    expect(part.locator("tbody tr:visible")).to_have_count(1)
    for number, (amount, unit) in enumerate([("60", "wan"), ("97,500.5", "yuan"), ("1", "yuan")]):
        if number:
            part.locator("[data-add]").click()
        part.locator(f"[name=budgetline-{number}-purpose]").select_option("works")
        part.locator(f"[name=budgetline-{number}-amount]").fill(amount)
        part.locator(f"[name=budgetline-{number}-amount_unit]").select_option(unit)
    expect(part.locator("[data-sum]")).to_have_text("¥697,501.50")
    part.locator("[name=budgetline-2-DELETE]").check()
    expect(part.locator("[data-sum]")).to_have_text("¥697,500.50")
    part.locator("[data-add]").click()
    expect(part.locator("[name=budgetline-3-purpose]")).to_be_focused()
    assert faults_of(page) == []
    fill(page, "表格")
    save(page)
    page.wait_for_url(re.compile(r"/projects/\d+/$"))
    page.goto(f"{page.url}edit/")
    expect(page.locator("[data-part=budgetline] [data-sum]")).to_have_text("¥697,500.50")
    assert page.faults == []


def test_rows_are_added_without_javascript(open_page):
    page = open_page(user="reporter", java_script_enabled=False)
    page.goto(NEW)
    page.fill("[name=budgetline-0-amount]", "60")
    expect(page.locator("[name=budgetline-3-amount]")).to_have_count(0)
    page.get_by_role("button", name="Add budget lines").click()
    expect(page.locator("[name=budgetline-5-amount]")).to_have_count(1)
    expect(page.locator("[name=budgetline-0-amount]")).to_have_value("60")
    expect(page.get_by_role("alert")).to_have_count(0)
