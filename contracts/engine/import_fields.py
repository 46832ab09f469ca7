"""Which column of a sheet is which fact of a contract: the facts there are, and what a head of a column suggests."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

OWN = "custom:"
FILE, TITLE, CATEGORY = "file", "title", "category"


@dataclass(frozen=True)
class ImportField:
    """`kind` says how its cells are read (`contracts.engine.import_values`); `heads` are words that columns have."""

    key: str
    kind: str
    heads: tuple[str, ...]


FIELDS: tuple[ImportField, ...] = (
    ImportField(FILE, "text", ("file", "filename", "file name", "document", "path", "datei", "dateiname", "fichier")),
    ImportField(
        "external_reference",
        "text",
        ("reference", "contract number", "contract no", "contract id", "number", "ref", "id", "vertragsnummer"),
    ),
    ImportField(TITLE, "text", ("title", "name", "contract name", "contract title", "subject", "titel", "bezeichnung")),
    ImportField(CATEGORY, "category", ("type", "contract type", "category", "vertragsart", "art", "typ", "kategorie")),
    ImportField(
        "counterparty",
        "names",
        ("counterparty", "party", "parties", "supplier", "vendor", "customer", "partner", "vertragspartner", "firma"),
    ),
    ImportField("counterparty_vat", "text", ("vat", "vat number", "vat id", "ust id", "counterparty vat")),
    ImportField("counterparty_lei", "text", ("lei", "counterparty lei")),
    ImportField("counterparty_duns", "text", ("duns", "d u n s", "duns number")),
    ImportField(
        "our_party",
        "name",
        ("our party", "our entity", "our company", "entity", "own party", "unser partner", "unser unternehmen"),
    ),
    ImportField(
        "signed_on",
        "date",
        (
            "signed",
            "signed on",
            "signature date",
            "signing date",
            "agreement date",
            "date",
            "unterzeichnet",
            "unterzeichnet am",
            "unterschrieben am",
        ),
    ),
    ImportField("effective_on", "date", ("effective", "effective date", "in force from", "inkrafttreten")),
    ImportField("starts_on", "date", ("start", "start date", "starts on", "begin", "commencement date", "beginn")),
    ImportField(
        "ends_on",
        "date",
        (
            "end",
            "end date",
            "ends on",
            "expiry",
            "expiry date",
            "expiration",
            "expiration date",
            "ende",
            "laufzeitende",
        ),
    ),
    ImportField(
        "initial_months",
        "months",
        ("initial term", "term", "duration", "term in months", "laufzeit", "laufzeit monate", "laufzeit in monaten"),
    ),
    ImportField("renewal", "renewal", ("renewal", "auto renewal", "automatic renewal", "renews", "verlaengerung")),
    ImportField("renewal_months", "months", ("renewal term", "renewal period", "verlaengerungsdauer")),
    ImportField("notice", "notice", ("notice", "notice period", "termination notice", "kuendigungsfrist")),
    ImportField(
        "value_amount",
        "amount",
        ("value", "contract value", "amount", "total value", "price", "wert", "vertragswert", "betrag"),
    ),
    ImportField("currency", "currency", ("currency", "waehrung", "devise")),
    ImportField("jurisdiction", "law", ("governing law", "jurisdiction", "law", "applicable law", "recht")),
    ImportField("department", "department", ("department", "business unit", "cost center", "abteilung")),
    ImportField("owner", "person", ("owner", "contract owner", "responsible", "owner email", "verantwortlich")),
    ImportField("tags", "words", ("tags", "tag", "labels", "keywords", "schlagworte")),
    ImportField("description", "text", ("description", "notes", "note", "comment", "comments", "beschreibung")),
)
KINDS: Mapping[str, str] = {field.key: field.kind for field in FIELDS}
_HEADS: Mapping[str, str] = {head: field.key for field in FIELDS for head in field.heads}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def plain_head(head: str) -> str:
    """As heads are compared: small letters and digits, one blank between words."""
    lowered = unicodedata.normalize("NFKC", head).casefold().translate(_UMLAUTS)
    bare = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def guessed_columns(heads: Sequence[str], own: Mapping[str, str] | None = None) -> dict[str, str]:
    """Head -> fact, each fact once: by the whole head, or by an own field's key or label (`own`: key -> label)."""
    labels = {plain_head(name): f"{OWN}{key}" for key, label in (own or {}).items() for name in (key, label)}
    found: dict[str, str] = {}
    for head in heads:
        fact = labels.get(plain_head(head)) or _HEADS.get(plain_head(head))
        if fact is not None and fact not in found.values():
            found[head] = fact
    return found


def guessed_file_column(heads: Sequence[str], cells: Sequence[Mapping[str, object]], paths: Sequence[str]) -> str:
    """The column most of whose cells name a file; empty where no column does so in half of its rows."""
    known = {key for path in paths for key in file_keys(path)}
    best, most = "", 0
    for head in heads:
        named = sum(1 for row in cells if known.intersection(file_keys(str(row.get(head) or ""))))
        if named > most:
            best, most = head, named
    return best if most * 2 >= max(1, min(len(cells), len(paths))) else ""


def file_keys(path: str) -> tuple[str, ...]:
    """What a cell may say to mean this file: its path, its name, each without the ending too; the most exact first."""
    whole = "/".join(part for part in unicodedata.normalize("NFC", path).replace("\\", "/").split("/") if part.strip())
    whole = whole.strip().casefold().removeprefix("./")
    name = whole.rpartition("/")[2]
    found = (whole, without_ending(whole), name, without_ending(name))
    return tuple(dict.fromkeys(each for each in found if each))


def without_ending(name: str) -> str:
    return re.sub(r"\.[a-z0-9]{1,5}$", "", name, flags=re.IGNORECASE)


def title_of(path: str) -> str:
    """A title where none is given: the name of the file in words."""
    name = without_ending(path.replace("\\", "/").rpartition("/")[2])
    return " ".join(name.replace("_", " ").split())[:250] or path[:250]


DRAFT, WHERE_POSSIBLE, SIGNED = "draft", "where_possible", "signed"
REFUSE, LEAVE = "refuse", "leave"
SKIP, IMPORT, ASK = "skip", "import", "ask"


@dataclass(frozen=True)
class ImportMapping:
    """What a person said about an import. `columns` is head -> fact, `categories` the words of its type column -> type.

    `state` after import: `draft`; `signed`, executed and in force as its dates say, or refused; `where_possible`, the
    same or else a draft. What cannot be read is `unread`: refused, or left empty with a note.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    category: str = "other"
    date_order: str = "dmy"
    decimal_point: str = "."
    currency: str = ""
    time_zone: str = "UTC"
    our_party: str = ""
    owner: str = ""
    tags: Sequence[str] = ()
    state: str = WHERE_POSSIBLE
    unread: str = REFUSE
    duplicates: str = SKIP
    files_alone: bool = True
    rows_alone: bool = False

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "tags": list(self.tags)}

    def column_of(self, fact: str) -> str:
        return next((head for head, each in self.columns.items() if each == fact), "")


def mapping_of(kept: Mapping[str, Any]) -> ImportMapping:
    """What `as_json` gave; names that there are no more are left out."""
    known = {each.name for each in fields(ImportMapping)}
    return ImportMapping(**{name: value for name, value in kept.items() if name in known})
