"""Texts that are here already: what versions are recognized by is kept, and looked up for files that come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from clm.access.permissions import visible
from clm.lib.actor import Actor
from contracts.engine import likeness as engine
from contracts.models import Contract, ImportFile, ImportRow, TextSketch, Version
from contracts.states import ContractState

AT_ONCE = 50


@dataclass(frozen=True)
class Known:
    """A contract that has the text, by `kind` (ImportRow.Like); none is named to who does not see it."""

    kind: str
    contract: Contract | None = None
    percent: int | None = None


def sketch_of(version: Version, key: str, sketch: Sequence[int]) -> TextSketch:
    """Not saved yet."""
    return TextSketch(
        organization_id=version.organization_id,
        version=version,
        text_key=key,
        sketch=engine.as_bytes(sketch),
        bands=engine.bands(sketch),
    )


def sketch_versions(report: Callable[[int, int], None]) -> None:
    """Every version of the organization in scope has its sketch. The first time it takes some milliseconds each."""
    lacking = Version.objects.filter(sketch=None).exclude(contract__state=ContractState.DISPOSED)
    ids = list(lacking.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        report(start, len(ids))
        rows = []
        for version in Version.objects.filter(pk__in=ids[start : start + AT_ONCE]).only("text", "organization_id"):
            words = engine.words_of(version.text)
            rows.append(sketch_of(version, engine.text_key(words), engine.sketch(words)))
        TextSketch.objects.bulk_create(rows, ignore_conflicts=True)


def known_text(actor: Actor, file: ImportFile) -> Known | None:
    """A contract with the file's bytes, its text, or nearly its text, in this order.

    Near texts are told only of contracts that the actor sees, for to probe them is to learn what they say. Of others
    only the very bytes are recognized, which the actor has, and nothing but that they are here.
    """
    versions = Version.objects.exclude(contract__state=ContractState.DISPOSED)
    same = versions.filter(blob=file.blob_id) if file.blob_id else versions.none()
    seen = visible(actor, versions)
    if found := _contract_of(visible(actor, same)):
        return Known(ImportRow.Like.BYTES, found, 100)
    if file.text_key and (found := _contract_of(seen.filter(sketch__text_key=file.text_key))):
        return Known(ImportRow.Like.TEXT, found, 100)
    return _near(seen, file) or (Known(ImportRow.Like.HIDDEN) if same.exists() else None)


def known_reference(actor: Actor, reference: str) -> Known | None:
    """A contract that the actor sees, which had this reference before: for lines without a document."""
    rows = Contract.objects.filter(external_reference=reference).exclude(state=ContractState.DISPOSED)
    found = visible(actor, rows).order_by("created_at").first() if reference else None
    return Known(ImportRow.Like.NUMBER, found) if found is not None else None


def _contract_of(versions: QuerySet[Version]) -> Contract | None:
    version = versions.select_related("contract").defer("text").order_by("created_at").first()
    return version.contract if version is not None else None


def _near(seen: QuerySet[Version], file: ImportFile) -> Known | None:
    sketch = engine.from_bytes(file.sketch)
    if not sketch:
        return None
    rows = TextSketch.objects.filter(bands__overlap=engine.bands(sketch), version__in=seen.values("pk"))
    best, most = None, 0.0
    for row in rows.select_related("version__contract").defer("version__text"):
        share = engine.likeness(sketch, engine.from_bytes(row.sketch))
        if share > most:
            best, most = row.version.contract, share
    return Known(ImportRow.Like.NEAR, best, round(most * 100)) if most >= engine.ALIKE else None


class Together:
    """The texts of the rows of one import that come before, to find those that are there twice."""

    def __init__(self) -> None:
        self._references: dict[str, int] = {}
        self._bytes: dict[object, int] = {}
        self._texts: dict[str, int] = {}
        self._bands: dict[int, list[tuple[int, engine.Sketch]]] = {}

    def like(self, file: ImportFile | None, reference: str) -> tuple[int, str, int | None] | None:
        """(number of the row, kind, percent); lines without a document by their reference."""
        if file is None:
            found = self._references.get(reference)
            return (found, ImportRow.Like.NUMBER, None) if found is not None else None
        if file.blob_id in self._bytes:
            return self._bytes[file.blob_id], ImportRow.Like.BYTES, 100
        if file.text_key and file.text_key in self._texts:
            return self._texts[file.text_key], ImportRow.Like.TEXT, 100
        sketch = engine.from_bytes(file.sketch)
        near = {pair for band in engine.bands(sketch) for pair in self._bands.get(band, ())}
        share, before = max(((engine.likeness(sketch, other), -number) for number, other in near), default=(0.0, 0))
        return (-before, ImportRow.Like.NEAR, round(share * 100)) if share >= engine.ALIKE else None

    def add(self, number: int, file: ImportFile | None, reference: str) -> None:
        if reference:
            self._references.setdefault(reference, number)
        if file is None:
            return
        self._bytes.setdefault(file.blob_id, number)
        self._texts.setdefault(file.text_key, number)
        sketch = engine.from_bytes(file.sketch)
        for band in engine.bands(sketch):
            self._bands.setdefault(band, []).append((number, sketch))
