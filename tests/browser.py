"""A whole installation for the browser tests: a database, the reference year, a server.

Nothing here is faked: the database was migrated by its owner, is served as the web's role, and the
pages are read by Debian's Chromium.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from config.database import web_login
from tests.databases import copy_of_the_suite_s, login_of
from tests.patience import end, killed_after

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REASON = "Chromium is not installed: the pages were not looked at in a browser"
START_SECONDS = 60
LOAD_SECONDS = 400  # of the reference year, on a machine that is busy
TEST_SECONDS = 300  # with the closing of its pages
STEP_SECONDS = 15  # until what is looked for is there
PASSWORD = "shanhai-demo-2010"


def need_chromium() -> None:
    """Skips with the reason where there is no Chromium; fails where REQUIRE_BROWSER asks for it."""
    if CHROMIUM:
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(REASON)
    pytest.skip(REASON)


def _address(who: dict, name: str) -> str:
    login = login_of(who, name)
    place = urlencode({key: login[key] for key in ("host", "port") if key in login})
    password = f":{quote(login['password'])}" if "password" in login else ""
    return f"postgresql://{quote(login['user'])}{password}@/{name}?{place}"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _run(environment: dict, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LOAD_SECONDS,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def _wait(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5)
            return
        assert process.poll() is None, "the server ended before it answered"
        time.sleep(0.2)
    pytest.fail(f"{url} did not answer within {START_SECONDS} seconds")


@contextlib.contextmanager
def serve(owner: dict, web: dict, folder: Path) -> Iterator[tuple[str, str]]:
    """Serves the reference year; answers the address and what the demo command printed."""
    with copy_of_the_suite_s(owner, "browser") as name:
        port = _free_port()
        base = f"http://127.0.0.1:{port}"
        environment = os.environ | {
            "DATABASE_OWNER_URL": _address(owner, name),
            "DATABASE_URL": _address(web, name),
            "SHANHAI_DATA": str(folder),
            "PUBLIC_URL": base,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        environment.pop("SHANHAI_OWNER", None)
        printed = _run(environment, "demo")
        log = (folder / "web.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
            + ["--workers", "2", "--timeout", "60", "--graceful-timeout", "20"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(f"{base}/portal/", process)
            yield base, printed
        finally:
            end(process)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=STEP_SECONDS * 1000)
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright's loop rests whenever pytest-django speaks to the database
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        with ended_after(TEST_SECONDS, browser):
            browser.close()
        connections.close_all()  # beside its loop the tests had a session of their own


@contextlib.contextmanager
def ended_after(seconds: float, browser: Browser) -> Iterator[None]:
    """Kills a browser that keeps somebody waiting: what waits then fails where it stands.

    Playwright sets no limit to making and closing pages, nor to a script that never answers.
    """
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    (number,) = (int(one["id"]) for one in processes if one["type"] == "browser")
    with killed_after(seconds, number):
        yield


def close(context: BrowserContext) -> None:
    """Closes pages that are at rest: Chromium forgets to close one that is about to change."""
    for page in context.pages:
        for _attempt in range(5):  # the page's own way to another one may be quicker
            with contextlib.suppress(Error):
                page.goto("about:blank")
                break
    context.close()


@pytest.fixture(scope="session")
def site(django_db_setup, django_db_blocker, owner_login, tmp_path_factory):
    """(address, what `demo` printed) of a running installation with the reference year."""
    need_chromium()
    with django_db_blocker.unblock():
        folder = tmp_path_factory.mktemp("browser")
        with serve(owner_login, web_login(), folder) as running:
            yield running


@pytest.fixture(scope="module")
def browser(site):
    with chromium() as running:
        yield running


@pytest.fixture
def open_page(browser, site):
    """Opens pages with a width, a language and perhaps an account; closes them at the end."""
    contexts = []

    def opened(*, user: str = "", width: int = 1280, language: str = "en", **more) -> Page:
        context = browser.new_context(
            base_url=site[0], viewport={"width": width, "height": 900}, locale=language, **more
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(STEP_SECONDS * 1000)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda line: line.type == "error" and page.faults.append(line.text))
        if user:
            sign_in(page, user)
        return page

    with ended_after(TEST_SECONDS, browser):
        yield opened
        for context in contexts:
            close(context)


def sign_in(page: Page, user: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    expect(page.locator(".who")).to_be_visible()
