"""Real Chromium against a live server: what a person does, at 1440 and 390 px, and what axe says of each page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright

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
PATIENCE = 45_000  # milliseconds: a page waits for a worker that shares two cores with another test's
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
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("Chromium is needed for the browser tests: apt-get install chromium, or set CHROMIUM.")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
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


def _is_wrong(message: ConsoleMessage) -> bool:
    """An error of a script or of the browser's policy; what did not load is told by its response."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


def _is_missing(answer: Response) -> bool:
    """A script, style or picture that did not come. Documents and fragments have answers of their own."""
    return answer.status >= 400 and answer.request.resource_type in ("script", "stylesheet", "image", "font")


def sign_in(page: Page, email: str, password: str) -> None:
    """Through the sign-in page, as a person does."""
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
