"""Real Chromium against a live server: what a person does, at 1440 and 390 px, and what axe says of each page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


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
    """A desktop window on the live server; a script error or a blocked resource fails the test."""
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
    page.set_default_timeout(15_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if _is_blocked(message.text) else None)
    yield page
    context.close()
    assert errors == []


def _is_blocked(text: str) -> bool:
    return "Content Security Policy" in text or "Content-Security-Policy" in text


def sign_in(page: Page, email: str, password: str) -> None:
    """Through the sign-in page, as a person does."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("main form button[type=submit], form button.btn-primary").first.click()
    page.wait_for_url("**/")


def axe_violations(page: Page) -> list[str]:
    """Serious and critical findings of axe on the page as it stands."""
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
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))
