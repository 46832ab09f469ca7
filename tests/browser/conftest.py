"""Real Chromium against a live server: what a person does, at 1440 and 390 px, and what axe says of each page."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright

from clm.embedded.system import chromium

AXE = Path(__file__).resolve().parents[2] / "static" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
BACKEND = "django.contrib.auth.backends.ModelBackend"
PATIENCE = 45_000  # milliseconds: a page waits for a worker that shares two cores with another test's
QUIET = 250  # milliseconds without a request, after which a page that has gone asks for nothing more
Theme = Literal["light", "dark"]


class Look(NamedTuple):
    width: int
    theme: Theme


# Structure goes by width and colour by theme: these two see each of both. The lists are seen wide and dark as well.
LOOKS = (Look(1440, "light"), Look(390, "dark"))
DRAWN = "() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
expect.set_options(timeout=PATIENCE)


def chromium_path() -> str:
    found = os.environ.get("CHROMIUM") or chromium()
    if found is None:
        pytest.fail("Chromium is needed for the browser tests: apt-get install chromium, or set CHROMIUM.")
    return found


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Until the last test here: Playwright's loop would be in the way of other tests that run one."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(params=[1440, 390], ids=["wide", "phone"])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def tab(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A desktop window on the live server; an error on the console or a resource that is missing fails the test."""
    yield from _window(browser, live_server.url, 1440)


@pytest.fixture
def open_tab(browser: Browser, live_server: Any) -> Iterator[Callable[[int], Page]]:
    """Windows of a given width."""
    opened: list[Iterator[Page]] = []

    def at(pixels: int) -> Page:
        window = _window(browser, live_server.url, pixels)
        opened.append(window)
        return next(window)

    yield at
    for window in opened:
        next(window, None)


def _window(browser: Browser, url: str, pixels: int) -> Iterator[Page]:
    context = browser.new_context(
        base_url=url, viewport={"width": pixels, "height": 900}, reduced_motion="reduce", accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if _is_wrong(message) else None)
    page.on("response", lambda answer: errors.append(answer.url) if _is_missing(answer) else None)
    yield page
    context.close()
    assert errors == []


class Underway:
    """Requests that the live server has not answered yet: it runs in this process."""

    def __init__(self) -> None:
        self.count, self.lock = 0, threading.Lock()

    def begun(self, **_more: Any) -> None:
        with self.lock:
            self.count += 1

    def answered(self, **_more: Any) -> None:
        with self.lock:
            self.count -= 1

    def leave(self, page: Page) -> None:
        """The page goes away, and what it asked for while it went is answered."""
        page.goto("about:blank")
        quiet = waited = 0
        while quiet < QUIET:
            page.wait_for_timeout(50)
            waited += 50
            quiet = 0 if self.count > 0 else quiet + 50
            assert waited < PATIENCE, "a request that was not answered"


@pytest.fixture
def underway() -> Iterator[Underway]:
    found = Underway()
    request_started.connect(found.begun)
    request_finished.connect(found.answered)
    yield found
    request_started.disconnect(found.begun)
    request_finished.disconnect(found.answered)


def _is_wrong(message: ConsoleMessage) -> bool:
    """An error of a script or of the browser's policy; what did not load is told by its response."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


def _is_missing(answer: Response) -> bool:
    """A script, style or picture that did not come. Documents and fragments have answers of their own."""
    return answer.status >= 400 and answer.request.resource_type in ("script", "stylesheet", "image", "font")


def sign_in(page: Page, email: str) -> None:
    """With a session of theirs, as the sign-in page leaves it (`sign_in_by_the_page`), and on no page yet."""
    client = Client()
    client.force_login(get_user_model().objects.get(email=email), backend=BACKEND)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "domain": "localhost", "path": "/"}])


def sign_in_by_the_page(page: Page, email: str, password: str) -> None:
    """As a person does."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("main form button[type=submit], form button.btn-primary").first.click()
    page.wait_for_url("**/")


def axe_violations(page: Page) -> list[str]:
    """Serious and critical findings of axe on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def overflows(page: Page) -> bool:
    """Whether the page is wider than its window, so that a phone would have to scroll sideways."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))


def looked_at(page: Page, path: str, status: int = 200) -> list[str]:
    """What is wrong with a page: loaded once, then seen at both widths in both themes."""
    answer = page.goto(path)
    assert answer is not None
    found = [] if answer.status == status else [f"{path} answers {answer.status}"]
    found += [] if page.title().partition("·")[0].strip() else [f"{path} has no title"]
    for look in LOOKS:
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.theme)
        page.evaluate(DRAWN)
        wide = ["is wider than its window"] if overflows(page) else []
        found += [f"{path} {look.width} {look.theme}: {what}" for what in (*wide, *axe_violations(page))]
    return found
