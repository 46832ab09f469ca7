"""The defined terms of an agreement: where each is defined and used, which are defined twice or never used, and which
are used like defined terms and defined nowhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


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
# What a line begins with and a colon or a full stop ends: "Covered Claims. Provider will ...".
_LEADING = re.compile(r"\s*(?:\W{0,3}(?:\(?\w{1,4}[.)]|\d+(?:\.\d+)+)\s+)?(?P<title>[A-Z][^.:;\n]{2,80})[.:](?=\s|$)")
# Covered Customer means ...
_UNQUOTED = re.compile(
    rf"(?:^|[.;:]\s+|\d\s+)\W{{0,3}}(?:(?:The|An?)\s)?(?P<term>{_CAPITAL}(?:\s+(?:(?:of|and|or)\s+)?{_CAPITAL}){{0,5}})"
    r"\W{0,4}\s+"
    r"(?:means?|shall\s+mean|has\s+the\s+meaning|is\s+defined|refers\s+to)\b"
)
_NOT_IN_TITLES = re.compile(r"[^\w’'&/-]+")
_SMALL = _words("of and or to for the a an in on by with from at as & / -")
MAX_TITLE = 10
# Names in a spelling of their own (GitHub), and what somebody's own words make of a term (Provider-procured).
_MADE_UP = re.compile(r"[a-z][A-Z]|-[a-z]")
# A name goes on behind it: a number, the form of a company.
_FOLLOWED = re.compile(
    r"\s+(?:\d|[A-Z]\w|(?:of|and)\s+[A-Z])|,?\s+(?:Inc|LLC|L\.L\.C|Ltd|GmbH|Corp|PLC|plc|N\.V|S\.A|B\.V|AG|SE|LLP|LP)\b|-\w|[_/@]"
)
_ADDRESSED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.?\s+$")
# Other papers are named, not defined.
_PAPERS = _words(
    "agreement agreements policy policies statement statements guidelines page pages notice terms conditions contract "
    "letter library service license licence version nda dpa psa msa csa sla sow baa"
)
_LINKS = frozenset(["of", "and", "to", "for", "the"])
# What stands in capitals without being a term: papers, places, laws, days, courts.
_COMMON = _words(
    "section article clause exhibit schedule annex appendix attachment addendum act code law laws regulation "
    "directive state states united kingdom union european city county court courts republic federal district "
    "america ireland january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday inc llc ltd gmbh corp corporation company limited "
    "plc street avenue road suite york california delaware london england wales germany france texas iso soc "
    "nist aaa icc uncitral jams vat gst gdpr ccpa hipaa amendment constitution commission parliament council "
    "treaty convention rules shield framework directors"
)
_FIRST_WORDS = _words(
    "the a an this that these those each any all no if in on for to as upon unless until such when where which "
    "with without except notwithstanding subject pursuant by from at it its we you our your either neither both "
    "during and or but nor of under within after before other there is not shall will may must here name title "
    "date"
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


def terms_of(clauses: Sequence[Words], names: Collection[str] = ()) -> tuple[Term, ...]:
    """Every term in alphabetical order: the defined ones, and those that are used like one and defined nowhere. `names`
    are those of the parties."""
    defined = _defined(clauses)
    used = _uses(clauses, defined)
    found = [
        Term(term, tuple(where), tuple(dict.fromkeys(used[term])), len(used[term])) for term, where in defined.items()
    ]
    found.extend(_undefined(clauses, defined, names))
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


def _undefined(clauses: Sequence[Words], defined: Mapping[str, object], names: Collection[str]) -> Iterator[Term]:
    """Phrases of capitalised words inside sentences, used at least MIN_UNDEFINED times and defined nowhere: neither in
    words nor by a heading, the title of a row or of a line, or as somebody's name."""
    lines = [(clause, line) for clause in clauses for line in _lines(clause.text)]
    titles = [*_titles(clauses, [line for _clause, line in lines]), *map(_folded, names)]
    known = {form.casefold() for term in defined for form in (term, *_forms(term))}
    known |= {form.casefold() for title in titles for form in (title, *_forms(title))}
    within = {part for term in defined for part in _parts(term)}
    used: dict[str, list[str]] = {}
    for clause, line in lines:
        for phrase in _phrases(line):
            used.setdefault(phrase, []).append(clause.key)
    _put_together(used)
    counts = {phrase: len(where) for phrase, where in used.items() if len(where) >= MIN_UNDEFINED}
    above = f" {' | '.join(titles)} "
    for phrase, count in counts.items():
        if _is_known(phrase, known) or phrase in within or _is_titled(phrase, above):
            continue
        if not any(counts.get(part, 0) > count for part in _parts(phrase)):
            yield Term(phrase, (), tuple(dict.fromkeys(used[phrase])), count)


def _put_together(used: dict[str, list[str]]) -> None:
    """Order Form and Order Forms are one, under the form that is used more."""
    for phrase in sorted(used, key=lambda each: (-len(used[each]), each)):
        for form in _forms(phrase):
            if phrase in used and form in used:
                used[phrase] += used.pop(form)


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, and of a table's rows the cells."""
    for line in text.split("\n"):
        yield from (cell.strip() for cell in re.split(r"\s\|(?:\s|$)", line) if cell.strip())


def _titles(clauses: Sequence[Words], lines: Iterable[str]) -> Iterator[str]:
    """Headings, lines that are titles, titles that lines begin with, and what is defined without quotation marks."""
    yield from (_folded(clause.heading) for clause in clauses if clause.heading)
    for line in lines:
        if _is_title(line):
            yield _folded(line)
        elif (lead := _LEADING.match(line)) and _is_title(lead["title"]):
            yield _folded(lead["title"])
        yield from (_folded(match["term"]) for match in _UNQUOTED.finditer(line))


def _folded(title: str) -> str:
    return " ".join(_NOT_IN_TITLES.sub(" ", title).split()).casefold()


def _is_title(line: str) -> bool:
    """A short line of capitalised words that is no sentence."""
    words = [word for word in _NOT_IN_TITLES.sub(" ", line).split() if not word.isdigit()]
    if not words or len(words) > MAX_TITLE or line.rstrip().endswith((".", ";", ",")) or not words[0][0].isupper():
        return False
    return all(word[0].isupper() or word in _SMALL for word in words)


def _is_titled(phrase: str, titles: str) -> bool:
    return any(f" {form.casefold()} " in titles for form in (phrase, *_forms(phrase)))


def _parts(phrase: str) -> Iterator[str]:
    """The words one after another that are less than all of it."""
    words = phrase.split()
    for first in range(len(words)):
        for end in range(first + 1, len(words) + 1):
            if end - first < len(words):
                yield " ".join(words[first:end])


def _phrases(text: str) -> Iterator[str]:
    """Those inside sentences: what a sentence or a title begins with is capitalised anyway."""
    if _is_title(text):
        return
    lead = _LEADING.match(text)
    begin = lead.end("title") if lead and _is_title(lead["title"]) else 0
    for match in _PHRASE.finditer(text, begin):
        words = match.group().split()
        start = match.start()
        if words[0].casefold() in _FIRST_WORDS:
            words = words[1:]
        elif _SENTENCE_END.search(text[max(0, start - 8) : start]):
            continue
        is_name = _ADDRESSED.search(text[max(0, start - 8) : start]) or _FOLLOWED.match(text, match.end())
        if not is_name:
            yield from (" ".join(part) for part in _apart(words) if len(part) >= 2 and _is_convincing(part))


def _apart(words: Sequence[str]) -> Iterator[list[str]]:
    """What "and" joins are several: Provider and Customer."""
    part: list[str] = []
    for word in words:
        if word == "and":
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _is_convincing(words: Sequence[str]) -> bool:
    """No name of a place, a law, a paper or a product, nobody's own thing, and no line in capitals."""
    folded = {word.casefold() for word in words}
    if any(word.endswith(("’s", "'s", "s’", "s'")) for word in words) or words[0] in _LINKS:
        return False
    if any(_MADE_UP.search(word) for word in words) or words[-1].casefold() in _PAPERS:
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
