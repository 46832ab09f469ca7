"""Menus are drawn by the style sheets: a class that none of them knows shows a row of bare links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
STYLES = "\n".join(path.read_text() for path in (Path(settings.BASE_DIR) / "static" / "css").glob("*.css"))
CLASSES = re.compile(r'class="([^"]*)"')
MENU = re.compile(r'<details class="menu[^"]*">\s*<summary.*?</summary>\s*(<[^>]*>)', re.DOTALL)


def test_every_class_of_a_menu_is_styled() -> None:
    used = {name for path in TEMPLATES for found in CLASSES.findall(path.read_text()) for name in found.split()}
    menus = {name for name in used if re.fullmatch(r"menu(-[a-z]+)*", name)}

    assert menus >= {"menu", "menu-panel", "menu-item"}
    assert sorted(name for name in menus if not re.search(rf"\.{name}\b(?!-)", STYLES)) == []


@pytest.mark.parametrize("path", [path for path in TEMPLATES if '<details class="menu' in path.read_text()], ids=str)
def test_a_menu_opens_its_panel(path: Path) -> None:
    assert set(MENU.findall(path.read_text())) == {'<div class="menu-panel">'}
