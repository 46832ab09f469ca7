"""The defined terms of an agreement: where each is defined and used, which are defined twice or never used, and which
are used like defined terms and defined nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_WORDS = 8
MIN_UNDEFINED = 2  # a term that nobody defines is named from this many uses on
_OPEN, _CLOSE = '“"„«', '”"“»'
_TERM = rf"[{_OPEN}](?P<term>[^{_OPEN}{_CLOSE}\n]{{1,80}}?)[,.]?[{_CLOSE}]"
_OTHER = rf"(?:\s*(?:,|or|and|/)\s*(?:the\s+)?[{_OPEN}][^{_OPEN}{_CLOSE}\n]{{1,80}}?[,.]?[{_CLOSE}])*"
# “Term” means …, “Term” or “Other” has the meaning …
_MEANS = re.compile(
    rf"(?P<all>{_TERM}{_OTHER})\s*(?:,\s[^,]{{1,60}},\s*)?(?:\([^)]{{1,60}}\)\s*)?"
    r"(?:means?|shall\s+mean|(?:is|are|shall\s+be)\s+defined|ha(?:s|ve)\s+the\s+(?:same\s+)?meanings?|"
    r"shall\s+have\s+the\s+meanings?|refers?\s+to|includes?)\b"
)
# … (the “Term”), (“Term”), (each, a “Term” and together, the “Terms”), (collectively, “Terms”)
_BRACKET = re.compile(rf"\((?P<inner>[^()]{{0,80}}[{_OPEN}][^()]{{1,160}}[{_CLOSE}][^()]{{0,40}})\)")
_LEAD = re.compile(
    r"(?:\W|\b(?:the|a|an|each|any|either|individually|collectively|together|and|or|as|such|all|both|also|"
    r"hereinafter|hereafter|herein|referred|to|called|known|defined|below|above|in|this|which|is|are|of|foregoing|"
    r"being|with|shall|be|jointly|severally|singly|sometimes|abbreviated)\b)*",
    re.IGNORECASE,
)
_QUOTED = re.compile(_TERM)
_CAPITAL = r"[A-Z][\w’'&-]*[\w]"
_PHRASE = re.compile(rf"\b{_CAPITAL}(?:[ \t\xa0]+(?:(?:of|and)[ \t\xa0]+)?{_CAPITAL}){{1,4}}")
_SENTENCE_END = re.compile(r"(?:^|[.!?;:•\n]\s*|\(\w{1,4}\)\s*|[”\"]\s*|\d\.?\s+)$")
_LINKS = frozenset(["of", "and", "to", "for", "the"])
# What stands in capitals without being a term: papers, places, laws, days, courts.
_COMMON = frozenset(
    [
        "section",
        "article",
        "clause",
        "exhibit",
        "schedule",
        "annex",
        "appendix",
        "attachment",
        "addendum",
        "act",
        "code",
        "law",
        "laws",
        "regulation",
        "directive",
        "state",
        "states",
        "united",
        "kingdom",
        "union",
        "european",
        "city",
        "county",
        "court",
        "courts",
        "republic",
        "federal",
        "district",
        "america",
        "ireland",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "inc",
        "llc",
        "ltd",
        "gmbh",
        "corp",
        "corporation",
        "company",
        "limited",
        "plc",
        "street",
        "avenue",
        "road",
        "suite",
        "york",
        "california",
        "delaware",
        "london",
        "england",
        "wales",
        "germany",
        "france",
        "texas",
        "iso",
        "soc",
        "nist",
        "aaa",
        "icc",
        "uncitral",
        "jams",
        "vat",
        "gst",
        "gdpr",
        "ccpa",
        "hipaa",
        "amendment",
        "constitution",
        "commission",
        "parliament",
        "council",
        "treaty",
        "convention",
        "rules",
    ]
)
_FIRST_WORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "each",
        "any",
        "all",
        "no",
        "if",
        "in",
        "on",
        "for",
        "to",
        "as",
        "upon",
        "unless",
        "until",
        "such",
        "when",
        "where",
        "which",
        "with",
        "without",
        "except",
        "notwithstanding",
        "subject",
        "pursuant",
        "by",
        "from",
        "at",
        "it",
        "its",
        "we",
        "you",
        "our",
        "your",
        "either",
        "neither",
        "both",
        "during",
        "and",
        "or",
        "but",
        "nor",
        "of",
        "under",
        "within",
        "after",
        "before",
        "other",
        "there",
        "is",
        "not",
        "shall",
        "will",
        "may",
        "must",
        "here",
        "name",
        "title",
        "date",
    ]
)


@dataclass(frozen=True, slots=True)
class Words:
    """A clause's words with its heading; `key` names it."""

    key: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A defined term. `defined_in` and `used_in` are clauses in reading order, each once for `used_in`, once for every
    definition in `defined_in`. `uses` counts the places outside its own definitions."""

    term: str
    defined_in: tuple[str, ...]
    used_in: tuple[str, ...]
    uses: int

    @property
    def is_defined_twice(self) -> bool:
        return len(self.defined_in) > 1

    @property
    def is_never_used(self) -> bool:
        return bool(self.defined_in) and not self.uses

    @property
    def is_undefined(self) -> bool:
        return not self.defined_in


@dataclass(frozen=True, slots=True)
class Definition:
    """`text[start:end]` is the term without its quotation marks."""

    term: str
    start: int
    end: int


def terms_of(clauses: Sequence[Words]) -> tuple[Term, ...]:
    """Every term in alphabetical order: the defined ones, and those that are used like one and defined nowhere."""
    defined = _defined(clauses)
    used = _uses(clauses, defined)
    found = [
        Term(term, tuple(where), tuple(dict.fromkeys(used[term])), len(used[term])) for term, where in defined.items()
    ]
    found.extend(_undefined(clauses, defined))
    return tuple(sorted(found, key=lambda each: (each.term.casefold(), each.term)))


def definitions_in(text: str) -> tuple[Definition, ...]:
    """The terms that the text defines, in order."""
    found: dict[int, Definition] = {}
    for match in _MEANS.finditer(text):
        for each in _quoted(text, match.start("all"), match.end("all")):
            found[each.start] = each
    for match in _BRACKET.finditer(text):
        if _is_naming(match["inner"]):
            for each in _quoted(text, match.start("inner"), match.end("inner")):
                found.setdefault(each.start, each)
    return tuple(found[start] for start in sorted(found))


def _quoted(text: str, start: int, end: int) -> Iterator[Definition]:
    for match in _QUOTED.finditer(text, start, end):
        term = " ".join(match["term"].split())
        if term[:1].isalnum() and len(term.split()) <= MAX_WORDS:
            yield Definition(term, match.start("term"), match.end("term"))


def _is_naming(inner: str) -> bool:
    """True when the bracket only names something: (the “Term”), (each a “Party” and together the “Parties”)."""
    return _LEAD.fullmatch(_QUOTED.sub(" ", inner)) is not None


def _defined(clauses: Sequence[Words]) -> dict[str, list[str]]:
    """The clauses that define each term, with repetition."""
    found: dict[str, list[str]] = {}
    for clause in clauses:
        for each in definitions_in(clause.text):
            if each.term[:1].isupper() or each.term[:1].isdigit():
                found.setdefault(each.term, []).append(clause.key)
    return found


def _uses(clauses: Sequence[Words], defined: Mapping[str, object]) -> dict[str, list[str]]:
    """The clause of every use; the longer term takes the words: "Service Credit" is no use of "Service"."""
    used: dict[str, list[str]] = {term: [] for term in defined}
    forms = {form: term for term in defined for form in _forms(term)} | {term: term for term in defined}
    if not forms:
        return used
    longest = sorted(forms, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(_spaced(form) for form in longest) + r")(?!\w)")
    for clause in clauses:
        own = [(each.start, each.end) for each in definitions_in(clause.text)]
        for match in pattern.finditer(clause.text):
            if not any(start <= match.start() < end for start, end in own):
                used[forms[" ".join(match.group().split())]].append(clause.key)
    return used


def _spaced(form: str) -> str:
    return r"\s+".join(re.escape(word) for word in form.split())


def _forms(term: str) -> Iterable[str]:
    """The other number of a term: "Party" for "Parties" and the other way round."""
    if term.endswith("y") and term[-2:-1] not in "aeiou":
        return (f"{term[:-1]}ies",)
    if term.endswith("ies"):
        return (f"{term[:-3]}y",)
    if term.endswith(("s", "x", "ch", "sh")):
        return (f"{term}es", *((term[:-1],) if term.endswith("s") and not term.endswith("ss") else ()))
    return (f"{term}s",)


def _undefined(clauses: Sequence[Words], defined: Mapping[str, object]) -> Iterator[Term]:
    """Phrases of capitalised words inside sentences, used at least MIN_UNDEFINED times and defined nowhere."""
    known = {form.casefold() for term in defined for form in (term, *_forms(term))}
    headings = {clause.heading.strip(' .:“”"').casefold() for clause in clauses if clause.heading}
    used: dict[str, list[str]] = {}
    for clause in clauses:
        body = clause.text
        for phrase in _phrases(body):
            used.setdefault(phrase, []).append(clause.key)
    counts = {phrase: len(where) for phrase, where in used.items() if len(where) >= MIN_UNDEFINED}
    for phrase, count in counts.items():
        if phrase.casefold() in headings or _is_known(phrase, known) or _is_part(phrase, defined):
            continue
        if not any(other != phrase and _holds(phrase, other) and counts[other] > count for other in counts):
            yield Term(phrase, (), tuple(dict.fromkeys(used[phrase])), count)


def _holds(phrase: str, other: str) -> bool:
    return f" {other} " in f" {phrase} "


def _is_part(phrase: str, defined: Iterable[str]) -> bool:
    return any(_holds(term, phrase) for term in defined)


def _phrases(text: str) -> Iterator[str]:
    for match in _PHRASE.finditer(text):
        words = match.group().split()
        start = match.start()
        if words[0].casefold() in _FIRST_WORDS or _SENTENCE_END.search(text[max(0, start - 8) : start]):
            words = words[1:]
            while words and words[0] in _LINKS:
                words = words[1:]
        if len(words) >= 2 and _is_convincing(words):
            yield " ".join(words)


def _is_convincing(words: Sequence[str]) -> bool:
    """No name of a place, a law or a paper, nobody's own thing, and no line in capitals."""
    folded = {word.casefold() for word in words}
    if any(word.endswith(("’s", "'s", "s’", "s'")) for word in words):
        return False
    return not folded & _COMMON and not all(word.isupper() for word in words if word not in _LINKS)


def _is_known(phrase: str, known: set[str]) -> bool:
    """True for a defined term, and for words that are all defined terms one after another."""
    words = phrase.casefold().split()
    fits = [True] + [False] * len(words)
    for end in range(1, len(words) + 1):
        fits[end] = any(fits[at] and " ".join(words[at:end]).removesuffix("’s") in known for at in range(end)) or (
            fits[end - 1] and words[end - 1] in _LINKS
        )
    return fits[-1]
