"""What a suite yields: one case, what was expected of it and what the product's engine said."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
SHIPPED = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Case:
    """`is_contested`: sources disagree on this one, so a difference is shown but does not fail the suite."""

    id: str
    expected: Any
    got: Any
    is_contested: bool = False

    @property
    def agrees(self) -> bool:
        return bool(self.expected == self.got)


Suite = Callable[[Path], Iterator[Case]]


def data_root() -> Path:
    """Where the case data lies: COVENANT_DATA, else a folder beside the project."""
    given = os.environ.get("COVENANT_DATA")
    return Path(given) if given else PROJECT.parent / "shared" / "data"


def files_named(path: Path, pattern: str) -> list[Path]:
    """The file itself, or the files of that pattern in the folder and below, sorted."""
    return [path] if path.is_file() else sorted(path.rglob(pattern))


def read_json(path: Path) -> Any:
    """JSON with decimals read exactly; a byte order mark is no part of it."""
    return json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
