"""The pages in a real browser: the line of work, and axe in both widths and languages."""

import re

import pytest
from playwright.sync_api import Page, expect

AXE = "tests/vendor/axe.min.js"
# Only what is wrong is worked out in full, and only what is told of it comes back.
LOOK = """axe.run({resultTypes: ["violations"]}).then(result => result.violations.map(
    fault => `axe ${fault.id}: ${fault.nodes[0].html.slice(0, 120)}`))"""
LANGUAGES = ("en", "zh-CN")
WIDTHS = (1280, 390)

STAFF_PAGES = [
    "/",
    "/projects/",
    "/projects/new/",
    "/projects/?kind=government&sort=-agreed",
    "/allocations/",
    "/payments/",
    "/appropriations/",
    "/funds/",
    "/gifts/",
    "/goods/",
    "/donors/",
    "/programmes/",
    "/courses/",
    "/secondments/",
    "/twinnings/",
    "/organisations/",
    "/overview/2010/",
    "/tasks/",
    "/me/",
]
PUBLIC_PAGES = [
    "/portal/",
    "/portal/find/",
    "/portal/projects/",
    "/portal/programmes/",
    "/portal/overview/",
    "/portal/how/",
    "/accounts/login/",
    "/no/such/page/",
]


# One installation for them all, with a copy of the suite's database.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.django_db]


def first_links(page: Page) -> list[str]:
    """A detail page of each kind: the first record of each list."""
    found = []
    for path in STAFF_PAGES:
        page.goto(path)
        link = page.locator("#records a[href^='/']").first
        if link.count() and re.fullmatch(r"/[a-z]+/\d+/", link.get_attribute("href") or ""):
            found.append(link.get_attribute("href"))
    return found


def look_at(page: Page, path: str) -> list[str]:
    """Faults of one page: errors on the console, overflow, axe's violations."""
    page.faults.clear()
    answer = page.goto(path)
    faults = [] if answer.status < 500 else [f"status {answer.status}"]
    expected = 404 if "no/such" in path else 200
    if answer.status != expected:
        faults.append(f"status {answer.status}")
    faults += [fault for fault in page.faults if f"status of {expected}" not in fault]
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if wide > 0:
        faults.append(f"overflows by {wide} px")
    page.add_script_tag(path=AXE)
    faults += page.evaluate(LOOK)
    return [f"{path}: {fault}" for fault in faults]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_staff_pages_are_sound(open_page, width, language):
    page = open_page(user="officer", width=width, language=language, bypass_csp=True)
    paths = STAFF_PAGES + first_links(page)
    assert len(paths) > len(STAFF_PAGES) + 8
    assert [fault for path in paths for fault in look_at(page, path)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_are_sound(open_page, site, width, language):
    page = open_page(width=width, language=language, bypass_csp=True)
    faults = [fault for path in PUBLIC_PAGES for fault in look_at(page, path)]
    look_up(page, *show_piece(site[1]))
    assert faults + look_at(page, "/portal/gift/") == []


def show_piece(printed: str) -> tuple[str, str]:
    """Receipt number and check code of the gift that `demo` names."""
    return re.search(r"(NB-2010-\d{6}).*?\b([2-9A-HJ-NP-Z]{6})\b", printed, re.S).groups()


def look_up(page: Page, number: str, code: str) -> None:
    page.goto("/portal/find/")
    page.fill("input[name=receipt_number]", number)
    page.fill("input[name=check_code]", code)
    page.press("input[name=check_code]", "Enter")
    page.wait_for_url("**/portal/gift/")


def test_the_policy_of_the_pages_blocks_nothing_of_ours(open_page, site):
    """Without the by-pass that axe needs: no refused script, style or image on any page."""
    page = open_page(user="officer")
    faults = []
    for path in [*STAFF_PAGES, *PUBLIC_PAGES[:-1]]:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        faults += [f"{path}: {fault}" for fault in page.faults]
        page.faults.clear()
    assert faults == []


def test_the_look_up_works_without_javascript(open_page, site):
    page = open_page(java_script_enabled=False)
    look_up(page, *show_piece(site[1]))
    expect(page.locator(".claim")).to_be_visible()


def test_the_choices_of_a_filter_are_looked_up_when_it_is_opened(open_page):
    page = open_page(user="officer")
    page.goto("/projects/?year=2010")
    assert page.locator("select[name=county]").count() == 0
    page.get_by_text("County", exact=True).first.click()
    page.select_option("select[name=county]", label="Ceheng County")
    expect(page).to_have_url(re.compile(r"county=\d+"))
    expect(page.locator("#records tbody tr").first).to_contain_text("Ceheng")
    assert "year=2010" in page.url and "open=" not in page.url
    assert page.faults == []


def test_the_choices_of_a_filter_are_shown_without_javascript(open_page):
    page = open_page(user="officer", java_script_enabled=False)
    page.goto("/projects/?year=2010")
    page.locator("details.pick", has_text="County").locator("summary").first.click()
    page.locator("button[name=open][value=county]").click()
    page.select_option("select[name=county]", label="Ceheng County")
    page.locator("#pop-county").get_by_role("button", name="Filter").click()
    expect(page.locator("#records tbody tr").first).to_contain_text("Ceheng")
    assert "year=2010" in page.url


def test_rows_are_selected_by_keys_and_moved_together(open_page):
    page = open_page(user="reviewer")
    page.goto("/projects/?state=proposed")
    bar, rows = page.locator("#bulk"), page.locator("#records tbody tr")
    expect(bar).to_be_hidden()
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(bar.locator("[data-count]")).to_have_text("3 selected")
    expect(page.locator("#records tbody tr.on")).to_have_count(3)
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(bar.locator("[data-count]")).to_have_text("2 selected")
    expect(rows.nth(1).locator(".tick input")).not_to_be_checked()
    expect(bar.locator("[data-sum]")).to_contain_text("Agreed: ¥")
    name = rows.nth(0).locator("a").inner_text()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)
    page.go_back()
    for place in (0, 2):
        page.locator("#records tbody .tick input").nth(place).check()
    bar.get_by_role("button", name="Return for revision").click()
    page.fill("textarea[name=note]", "Say where the water comes from.")
    page.get_by_role("button", name="Return for revision: 2 records").click()
    expect(page.locator("h1")).to_have_text("2 records: Returned for revision")
    assert page.faults == []


def test_rows_are_moved_together_without_javascript(open_page):
    page = open_page(user="officer", java_script_enabled=False)
    page.goto("/projects/?state=draft")
    page.locator("#records tbody .tick input").first.check()
    page.get_by_role("button", name="Choose what to do").click()
    expect(page.locator("#main h2").first).to_have_text("What to do")
    assert page.locator(".dock button[name=move]").count() >= 1


def test_a_name_is_completed_and_its_note_stands_in_the_history(open_page):
    page = open_page(user="officer")
    page.goto("/tasks/")
    page.locator("#records td.full a").first.click()
    field = page.locator("textarea[name=text]")
    field.press_sequentially("请 @yqy")
    expect(page.locator("[data-names] button")).to_have_text(re.compile("Yang Qiuyue"))
    field.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("请 @Yang Qiuyue ")
    page.keyboard.type("核对")
    page.get_by_role("button", name="Add the note").click()
    first = page.locator("#history .time > li").first
    expect(first).to_contain_text("请 @Yang Qiuyue 核对")
    expect(page.locator("#history .told")).to_contain_text("Yang Qiuyue will be told")
    expect(field).to_have_value("")
    assert page.faults == []
