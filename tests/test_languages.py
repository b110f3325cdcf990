"""The Chinese of the interface: nothing is missing, nothing is stale, and no page shows English.

The language file is compared with the sources by the very command that makes it, on a copy of them.
Where a text is missing: `manage.py makemessages -l zh_Hans --no-wrap --no-location --no-obsolete
-i .venv -i .data -i tests`, write its Chinese, and `manage.py compilemessages -i .venv`.
"""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from core.lifecycle import WORKFLOWS

LOCALE = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES"
HAN = r"[\u4e00-\u9fff]"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\{?\w+\}?\}")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(LOCALE / "django.po"))


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> polib.POFile:
    """What `makemessages` finds in a copy of the sources."""
    if not shutil.which("xgettext"):
        pytest.skip("gettext is not installed: only the file itself is checked, not the sources")
    copy = tmp_path_factory.mktemp("sources")
    own = [app for app in settings.INSTALLED_APPS if (settings.BASE_DIR / app).is_dir()]
    for folder in (*own, "config", "templates"):
        shutil.copytree(settings.BASE_DIR / folder, copy / folder)
    (copy / "locale").mkdir()
    alone = {key: text for key, text in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "django", "makemessages", "--locale=zh_Hans", "--verbosity=0"]
    subprocess.run(command, cwd=copy, env=alone, check=True, timeout=300)
    return polib.pofile(str(copy / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))


def keys(catalogue) -> set[tuple[str, str, str]]:
    return {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")
        for entry in catalogue
        if not entry.obsolete
    }


def chinese(entry) -> str:
    return entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr


def faults(catalogue, is_fault) -> list[str]:
    return [f"{entry.msgid} -> {chinese(entry)}" for entry in catalogue if is_fault(entry)]


# -- the file -------------------------------------------------------------------------------------


def test_every_text_of_the_sources_is_in_the_file_and_no_other(sources, catalogue):
    assert keys(sources) - keys(catalogue) == set()
    assert keys(catalogue) - keys(sources) == set()


def test_every_text_has_its_chinese(catalogue):
    assert catalogue.obsolete_entries() == []
    assert catalogue.fuzzy_entries() == []
    assert faults(catalogue, lambda entry: not chinese(entry)) == []
    assert faults(catalogue, lambda entry: len(entry.msgstr_plural) > 1) == []


def test_the_compiled_file_is_that_of_the_text_file(catalogue):
    compiled = polib.mofile(str(LOCALE / "django.mo"))
    said = {(entry.msgctxt, entry.msgid): chinese(entry) for entry in catalogue}
    assert {(entry.msgctxt, entry.msgid): chinese(entry) for entry in compiled} == said


def test_placeholders_are_kept(catalogue):
    def differ(entry) -> bool:
        asked = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        allowed = asked | set(PLACEHOLDER.findall(entry.msgid))
        found = set(PLACEHOLDER.findall(chinese(entry)))
        return not asked <= found <= allowed

    assert faults(catalogue, differ) == []


def test_marks_are_full_width_in_chinese(catalogue):
    half = re.compile(rf"{HAN}”?\s*[,.:;!?()]|[(]\s*{HAN}")
    assert faults(catalogue, lambda entry: half.search(chinese(entry))) == []


def test_spaces_do_not_stand_beside_full_width_marks(catalogue):
    beside = re.compile(r" [，。：；？！（）“”、]|[，。：；？！（“、] ")
    # A code that follows a mark keeps the space before it: “例如 甬财〔2010〕17号”.
    assert faults(catalogue, lambda entry: beside.search(chinese(entry))) == []


def test_nobody_is_shouted_at(catalogue):
    loud = re.compile(r"[!！]|操作失败|抱歉|对不起|你|请.{0,12}请")
    assert faults(catalogue, lambda entry: loud.search(chinese(entry))) == []


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_states_and_moves_speak_chinese(name):
    workflow = WORKFLOWS[name]
    with override("zh-hans"):
        words = [state.word for state in workflow.states]
        words += [text for move in workflow.moves for text in (move.label, move.done)]
        assert [str(word) for word in words if not re.fullmatch(rf"{HAN}+", str(word))] == []
        assert len({str(state.word) for state in workflow.states}) == len(workflow.states)


# -- the pages ------------------------------------------------------------------------------------


class Shown(HTMLParser):
    """The words a page shows or reads out, without those that are marked as English."""

    HIDDEN = ("script", "style", "kbd", "code", "datalist")
    VOID = ("area", "br", "col", "hr", "img", "input", "link", "meta", "use", "path", "rect")
    SPOKEN = ("alt", "aria-label", "data-l", "placeholder", "title")

    def __init__(self, page: str):
        super().__init__()
        self.words: list[str] = []
        self.silent: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        foreign = tag != "html" and values.get("lang") == "en"
        if tag not in self.VOID and (self.silent or foreign or tag in self.HIDDEN):
            self.silent.append(tag)
        elif not foreign:
            self.words += [values[name] for name in self.SPOKEN if values.get(name)]

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data):
        if not self.silent and data.strip():
            self.words.append(data.strip())


# Numbers of records, addresses, vouchers of the tests, names of the cast, and hashes.
CODES = re.compile(
    r"\b[A-Za-z]+-\d[\w-]*|\b[A-Z]\d+|[\w.-]+@[\w.-]+|\b[a-z]+:\S+|演示[a-z]+\d?"
    r"|\{\w+\}|__[a-z]+__"
    r"|\b[0-9a-f]{64}\b|\b[0-9a-f]{4}…[0-9a-f]{4}\b"
)
NAMES = (
    "JPEG",
    "PNG",
    "WebP",
    "EN",
    "JavaScript",
    "PDF",
    "XLSX",
    "Word",
    "Excel",
    "CSV",
    "JSON",
    "QR",
    "Enter",
    "Ctrl",
)


def english(page: str) -> list[str]:
    """What is left in Latin letters once codes and the names of things are taken out."""
    texts = (CODES.sub(" ", text) for text in Shown(page).words)
    words = {text: re.findall(r"[A-Za-z]{2,}", text) for text in texts}
    return [text for text, found in words.items() if set(found) - set(NAMES)]


def address_of(name: str) -> str:
    return reverse(name, args=[2010] if name.endswith(":overview") else [])


def page_of(user, address: str) -> str:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


PUBLIC = [
    "portal:home",
    "portal:gift-lookup",
    "portal:project-list",
    "portal:programme-list",
    "portal:gift-list",
    "portal:overview",
    "portal:how",
]
STAFF = {
    "officer": [
        "core:search",
        "projects:project-list",
        "projects:project-create",
        "projects:allocation-list",
        "projects:allocation-create",
        "projects:payment-list",
        "projects:payment-create",
        "projects:appropriation-list",
        "projects:appropriation-create",
        "ledger:fund-list",
        "ledger:fund-create",
        "partnerships:twinning-list",
        "partnerships:twinning-create",
        "partnerships:organisation-list",
        "partnerships:organisation-create",
        "training:course-list",
        "training:course-create",
        "training:secondment-list",
        "training:secondment-create",
        "reports:overview",
        "reports:progress-panel",
        "account_change_password",
        "mfa_index",
    ],
    "finance": ["core:start", "donations:gift-list"],
    "clerk": [
        "donations:gift-create",
        "donations:goodsgift-list",
        "donations:goodsgift-create",
        "donations:donor-list",
        "donations:donor-create",
        "donations:programme-list",
        "donations:programme-create",
    ],
}


@pytest.mark.parametrize("who", STAFF)
def test_the_pages_of_the_staff_show_no_english(who, cast, make):
    make.paid_payment()
    make.payment()
    make.posted_gift()
    make.gift()
    make.goods()
    make.course()
    user = getattr(cast, who)
    found = {name: english(page_of(user, address_of(name))) for name in STAFF[who]}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_the_public_pages_show_no_english(cast, make):
    make.paid_payment()
    make.posted_gift()
    found = {name: english(page_of(None, address_of(name))) for name in PUBLIC}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_the_page_of_a_record_shows_no_english(cast, make):
    gift = make.posted_gift()
    project = make.submitted_project()
    payment = make.paid_payment()
    for record in (gift, gift.donor, gift.programme, project, payment, payment.line.project):
        page = page_of(cast.officer, record.get_absolute_url()).replace(gift.check_code, "")
        assert english(page) == [], record
    move = reverse("projects:project-move", args=[project.pk, "return"])
    assert english(page_of(cast.approver, move)) == []
    receipt = page_of(cast.clerk, reverse("donations:gift-receipt", args=[gift.pk]))
    assert english(receipt.replace(gift.check_code, "")) == []
    shown = reverse("portal:project-detail", args=[payment.line.project.number])
    assert english(page_of(None, shown)) == []


def test_a_refused_form_says_so_in_chinese(cast, client_of):
    client = client_of(cast.reporter)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    address = reverse("projects:project-create")
    response = client.post(address, {"agreed_amount": "1.234", "year": "nineteen"})
    page = response.content.decode()
    assert "处需要改" in page and english(page) == []


def test_the_page_of_the_sign_in_shows_no_english(db):
    assert english(page_of(None, reverse("account_login"))) == []
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    response = client.post(reverse("account_login"), {"login": "nobody", "password": "wrong"})
    page = response.content.decode()
    assert "用户名或密码不正确" in page and english(page) == []


def test_a_gift_is_told_to_its_giver_in_chinese(make):
    gift = make.posted_gift()
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    asked = {"receipt_number": gift.receipt_number, "check_code": gift.check_code}
    page = client.post(reverse("portal:gift-lookup"), asked, follow=True).content.decode()
    assert "您捐赠的" in page and english(page) == []
