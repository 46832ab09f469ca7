"""Where a questionnaire's answers stand in the document, by the titles there, and which decide what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from contracts.engine.composition import Composition, conditions_of, variables_in

# Places that have no title of their own: before the first heading, and in headers and footers.
BEGINNING, MARGIN = "\ue000beginning", "\ue000margin"


@dataclass(frozen=True)
class Standing:
    """`titles` by the names of the questions, in the document's order; `deciding` are questions whose answers choose
    parts of the document or further questions."""

    titles: Mapping[str, tuple[str, ...]]
    deciding: frozenset[str]

    def as_json(self) -> dict[str, Any]:
        return {
            "titles": {name: list(titles) for name, titles in self.titles.items()},
            "deciding": sorted(self.deciding),
        }

    def spread(self, names: Iterable[str]) -> list[str]:
        """Those that stand under more than one title."""
        return [name for name in names if len(self.titles.get(name, ())) > 1]

    def idle(self, names: Iterable[str]) -> list[str]:
        """Those whose answers change nothing in the document."""
        return [name for name in names if name not in self.titles and name not in self.deciding]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls({name: tuple(each) for name, each in row["titles"].items()}, frozenset(row["deciding"]))


def standing_in_composition(composition: Composition) -> Standing:
    """As the template was written; what a list repeats is where its answer stands."""
    titles: dict[str, dict[str, None]] = {}
    for title, names in _titled(composition):
        for name in filter(None, names):
            titles.setdefault(name, {})[title] = None
    deciding = {condition.field for condition in conditions_of(composition).values()}
    deciding |= {question.condition.field for question in composition.questions if question.condition}
    return Standing({name: tuple(found) for name, found in titles.items()}, frozenset(deciding))


def _titled(composition: Composition) -> Iterator[tuple[str, list[str]]]:
    """The questions whose answers stand under each title: that of the clause, else of the one before it or of its
    section."""
    yield composition.title or BEGINNING, variables_in(composition.title)
    for section in composition.sections:
        title = section.heading or composition.title or BEGINNING
        yield title, [section.repeat, *variables_in(section.heading)]
        for clause in section.clauses:
            title = clause.heading or title
            yield title, [clause.repeat, *variables_in(f"{clause.heading} {clause.text}")]
