"""Papers whose clauses are known, edits of them by the other side, and what our draft reads after decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from clm.documents.extraction import TEXT as PLAIN
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.engine.body import body_of, paragraphs_of
from contracts.engine.outline import OutlinedClause
from contracts.engine.references import Numbered, Numbering, tied
from contracts.models import Clause, Contract, DraftClause, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.negotiation.receive_version import receive_version
from contracts.papers import Paper
from contracts.queries.changes import Answer, words_in
from contracts.queries.drafts import clause_rows, labels_of

WORDS = [
    *("availability", "backup", "capacity", "damages", "escrow", "fees", "governance", "hosting", "insurance"),
    *("jurisdiction", "keys", "liability", "metrics", "notice", "outage", "privacy", "quality", "renewal"),
    *("security", "termination", "uptime", "vendor", "warranty", "access", "breach", "credit"),
]


@dataclass(frozen=True)
class Item:
    """A clause of a paper: `refers` are the keys of the clauses that its last line names."""

    key: int
    level: int
    heading: str
    lines: tuple[str, ...]
    refers: tuple[int, ...] = ()


# What is compared: level, heading, and the lines with the numbers of what they refer to.
Read = list[tuple[int, str, tuple[str, ...]]]


def new_item(key: int, level: int, chance: Random, keys: Sequence[int]) -> Item:
    picked = chance.sample(WORDS, 5)
    lines = [f"The {picked[0]} of the {picked[1]} is kept by party {key}, and {picked[2]} follows."]
    if chance.random() < 0.3:
        lines.append(f"Beside the {picked[3]} it holds for {picked[4]} number {key}.")
    refers = tuple(chance.sample(list(keys), 1)) if keys and chance.random() < 0.4 else ()
    return Item(key, level, f"{picked[0].title()} {picked[3]} {key}", tuple(lines), refers)


def new_paper(chance: Random, count: int) -> list[Item]:
    """Clauses none of which stands more than one level below the one before it."""
    items: list[Item] = []
    for key in range(count):
        level = 1 if not items else chance.randint(1, min(items[-1].level + 1, 3))
        items.append(new_item(key, level, chance, range(count)))
    return items


def edited(items: Sequence[Item], chance: Random, edits: int) -> list[Item]:
    """The paper after so many edits: words changed, clauses added, removed, moved alone, put on other levels."""
    made = list(items)
    for step in range(edits):
        at = chance.randrange(len(made))
        what = chance.choice(("words", "add", "remove", "move", "level"))
        if what == "words":
            first = made[at].lines[0].replace("is kept", f"is kept {chance.choice(WORDS)}ly", 1)
            made[at] = replace(made[at], lines=(first, *made[at].lines[1:]))
        elif what == "add":
            keys = [each.key for each in made]
            key = 1000 + step
            made.insert(at, new_item(key, made[at].level, chance, [*keys, key]))
        elif what == "remove" and len(made) > 2:
            gone = made.pop(at)
            made = [replace(each, refers=tuple(key for key in each.refers if key != gone.key)) for each in made]
        elif what == "move":
            made.insert(chance.randrange(len(made)), made.pop(at))
        elif what == "level":
            made[at] = replace(made[at], level=chance.randint(1, 3))
    return settled(made)


def settled(items: Sequence[Item]) -> list[Item]:
    """No level jumps, as in every outline."""
    found: list[Item] = []
    for item in items:
        top = found[-1].level + 1 if found else 1
        found.append(replace(item, level=min(item.level, top)))
    return found


def numbered(items: Sequence[Item]) -> dict[int, str]:
    """1, then 1.1, then 1.1.1."""
    counts: list[int] = []
    shown = {}
    for item in items:
        counts = [*counts[: item.level], *[0] * (item.level - len(counts))]
        counts[item.level - 1] += 1
        shown[item.key] = ".".join(str(count) for count in counts)
    return shown


def lines_of(item: Item, numbers: dict[int, str]) -> tuple[str, ...]:
    names = tuple(f"It is as Section {numbers[key]} says." for key in item.refers)
    return (*item.lines, *names)


def read_items(items: Sequence[Item]) -> Read:
    numbers = numbered(items)
    return [(item.level, item.heading, lines_of(item, numbers)) for item in items]


def paper_of(items: Sequence[Item], name: str) -> Paper:
    """The paper as it is read from a document: numbers before headings, and a line for each paragraph."""
    numbers, text, clauses, stack = numbered(items), "", [], []  # type: ignore[var-annotated]
    for position, item in enumerate(items):
        del stack[item.level - 1 :]
        part = f"{numbers[item.key]} {item.heading}\n\n" + "\n\n".join(lines_of(item, numbers)) + "\n\n"
        start, above = len(text), stack[-1] if stack else None
        text += part
        clauses.append(
            OutlinedClause(
                position, numbers[item.key], item.heading, item.level, above, start, len(text), part.rstrip()
            )
        )
        stack.append(position)
    return Paper(text.encode(), name, PLAIN, None, text, tuple(clauses), ())


def answered(actor: Actor, ours: Paper, theirs: Paper) -> Version:
    """What came back for a paper of ours that was sent."""
    contract = create_contract(actor=actor, title="Edited")
    add_version(actor=actor, contract_id=contract.pk, paper=ours)
    Version.objects.filter(contract=contract).update(shared_at=clock.now())
    Contract.objects.filter(pk=contract.pk).update(turn="theirs")
    return receive_version(actor=actor, contract_id=contract.pk, answer=Answer(theirs, None))


def draft_reads(actor: Actor, contract: Contract) -> Read:
    """Our draft, references with today's numbers."""
    rows = list(clause_rows(begin_draft(actor=actor, contract_id=contract.pk)))
    return _read(rows, labels_of(rows).referred)


def draft_ties(actor: Actor, contract: Contract) -> Read:
    """Our draft, references as the place of the clause that they are tied to: numbers are those of each paper."""
    rows = list(clause_rows(begin_draft(actor=actor, contract_id=contract.pk)))
    kept = [row for row in rows if not row.is_removed]
    return _read(rows, {str(row.pk): f"<{place}>" for place, row in enumerate(kept)})


def _read(rows: Sequence[DraftClause], labels: Mapping[str, str]) -> Read:
    return [
        (row.level, row.heading, tuple(line for line in paragraphs_of(row.body, labels) if line))
        for row in rows
        if not row.is_removed
    ]


def version_ties(version: Version) -> Read:
    rows = list(Clause.objects.filter(version=version).order_by("position"))
    numbering = Numbering.of([Numbered(str(row.pk), row.level, row.number) for row in rows], [version.text])
    labels = {str(row.pk): f"<{place}>" for place, row in enumerate(rows)}
    bodies = [tied(body_of(words_in(row)), numbering, str(row.pk)) for row in rows]
    return [
        (row.level, row.heading, tuple(line for line in paragraphs_of(body, labels) if line))
        for row, body in zip(rows, bodies, strict=True)
    ]


def version_reads(version: Version) -> Read:
    rows = Clause.objects.filter(version=version).order_by("position")
    return [(row.level, row.heading, tuple(words_in(row))) for row in rows]
