"""Help inside the pages: the documents of docs/ that say what a person does, each beside the pages that it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, zip_longest
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from markdown_it import MarkdownIt
from markdown_it.token import Token

from clm.access.middleware import actor_of
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible


@dataclass(frozen=True)
class HelpPage:
    """`slug` is the file in docs/ without its ending; `label` is what a link beside the pages of `routes` says."""

    slug: str
    label: Any
    routes: frozenset[str] = frozenset()
    for_other_side: bool = False


@dataclass(frozen=True)
class Text:
    """A document: its first heading, the rest as HTML, and the headings below it as (anchor, words)."""

    title: str
    html: SafeString
    parts: tuple[tuple[str, str], ...]


PAGES: dict[str, HelpPage] = {}


def register_help(page: HelpPage) -> None:
    PAGES[page.slug] = page


register_help(HelpPage("using", gettext_lazy("How Covenant is used")))


def pages_for(actor: Actor) -> list[HelpPage]:
    """The other side is shown what is written for it, and nothing else."""
    return [page for page in PAGES.values() if page.for_other_side == actor.is_counterparty]


def page_beside(actor: Actor, route: str) -> HelpPage | None:
    """What helps on the page of that route."""
    return next((page for page in pages_for(actor) if route in page.routes), None)


@login_required
@require_GET
def help_index(request: HttpRequest) -> HttpResponse:
    found = [(text_of(page.slug).title, reverse("pages:help_page", args=[page.slug]), page) for page in _own(request)]
    return render(request, "pages/help_index.html", {"found": found})


@login_required
@require_GET
def help_page(request: HttpRequest, slug: str) -> HttpResponse:
    own = {page.slug for page in _own(request)}
    if slug not in own:
        raise NotVisible
    crumbs = [(_("Help"), reverse("pages:help"))]
    return render(request, "pages/help_page.html", {"text": text_of(slug), "crumbs": crumbs})


def _own(request: HttpRequest) -> list[HelpPage]:
    return pages_for(actor_of(request))


@cache
def text_of(slug: str) -> Text:
    """Links to documents that are not shown here are read as words. No HTML of a document is passed on."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((settings.BASE_DIR / "docs" / f"{slug}.md").read_text(encoding="utf-8"))
    title, parts = _headings(tokens)
    _label(tokens)
    for token in tokens:
        _links(token.children or [], is_theirs=PAGES[slug].for_other_side)
    html = parser.renderer.render(tokens[3:], parser.options, {})
    table = f'<div class="help-scroll" tabindex="0" role="region" aria-label="{_("Table")}"><table class="help-table">'
    html = html.replace("<table>", table).replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    return Text(title, SafeString(html), tuple(parts))


def _headings(tokens: list[Token]) -> tuple[str, list[tuple[str, str]]]:
    """The first heading, and those below it, which get anchors as in the repository."""
    parts = []
    for token, words in pairwise(tokens):
        if token.type == "heading_open" and token.tag != "h1":
            token.attrSet("id", anchor_of(words.content))
            parts.append((anchor_of(words.content), words.content))
    return tokens[1].content, parts


def _label(tokens: list[Token]) -> None:
    """Each cell of a table says its column: on a phone rows are blocks."""
    columns: list[str] = []
    at = 0
    for token, words in pairwise(tokens):
        if token.type == "thead_open":
            columns = []
        elif token.type == "th_open":
            columns.append("".join(each.content for each in words.children or []))
        elif token.type == "tr_open":
            at = 0
        elif token.type == "td_open":
            token.attrSet("data-label", columns[at])
            at += 1


def anchor_of(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _links(tokens: list[Token], *, is_theirs: bool) -> None:
    """Of a line: links between documents lead to their pages here."""
    is_open = False
    for token, words in zip_longest(tokens, tokens[1:]):
        if token.type == "link_open":
            href = str(token.attrs["href"])
            target = _target(href, is_theirs)
            is_open = bool(target)
            if target and words is not None and words.content == href:
                words.content = str(PAGES[href.removesuffix(".md")].label)
            token.tag, token.attrs = ("a", {"href": target}) if target else ("span", {})
        elif token.type == "link_close":
            token.tag = "a" if is_open else "span"


def _target(href: str, is_theirs: bool) -> str:
    """The address here; empty where the document is not shown to the same readers."""
    parts = urlsplit(href)
    if parts.scheme or not parts.path:
        return href
    slug = parts.path.removesuffix(".md")
    if slug not in PAGES or PAGES[slug].for_other_side != is_theirs:
        return ""
    return reverse("pages:help_page", args=[slug]) + (f"#{parts.fragment}" if parts.fragment else "")
