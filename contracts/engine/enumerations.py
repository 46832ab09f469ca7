"""The words of a text that name clauses by their numbers: "Section 4", "Sections 8.1 (Fees), 8.2 and 8.3"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from contracts.engine.marks import DECIMAL

_WORD = r"(?:sub)?(?:sections?|clauses?|paragraphs?|articles?)|§{1,2}"
_ROMAN = r"[IVXLC]{1,7}\b"
# (a), (iv), (bb), (2); not (two) nor (Fees).
_ITEM = r"\((?:[A-Za-z]|[ivxlc]{2,6}|aa|bb|cc|dd|ee|ff|gg|hh|\d{1,2})\)"
_ITEMS = rf"(?:\s?{_ITEM})"
_TARGET = rf"(?:(?:{DECIMAL}|{_ROMAN}){_ITEMS}{{0,5}}|{_ITEM}{_ITEMS}{{0,4}})"
_BETWEEN = (
    r"\s*(?:[,;]\s*(?:and/or\b|and\b|or\b|as\s+well\s+as\b|to\b|through\b)?|\band/or\b|\band\b|\bor\b|\bas\s+well\s+as\b"
    r"|(?:\bup\s+)?(?:\bthrough\b|\bto\b)(?:\s+and\s+including\b)?|&|[\u2010-\u2015\u2212-])\s*"
)
# What a member of an enumeration is called, beside it: Sections 8.1 (Fees), 8.2 (Taxes).
_TITLE = r"(?:\s?\([^()\d][^()]{2,80}\))?"
_BESIDE = re.compile(_TITLE)
_FIRST = re.compile(rf"(?<![\w])(?P<word>{_WORD})\s?(?P<target>{_TARGET})", re.IGNORECASE)
_NEXT = re.compile(rf"{_TITLE}(?P<between>{_BETWEEN})(?:(?P<word>{_WORD})\s?)?(?P<target>{_TARGET})", re.IGNORECASE)
# A number that goes on is another one: 5,000, 24/7, 12:00, 3rd, 5-day, 20€.
_GOES_ON = re.compile(r"\w|\s?[%‰€$£°]|[,'’ \xa0]\d{3}(?!\d)|,\d{1,2}\s?(?:[%€]|EUR|Mio)|[:/]\d|-[A-Za-z]")
# A number that counts something, or is a day, is no member.
_COUNTED = re.compile(
    r"(?:\s?\([^()]{2,40}\))?\s+(?:per\s?cent|percent|basis|[ap]\.?m\b|(?:business|calendar|working|consecutive|full|other|"
    r"additional|more|further|equal|original)\b|(?:minute|hour|day|week|month|quarter|year|time|cop(?:y|ie)|person|"
    r"user|seat|unit|instal+ment|euro|dollar|pound|mio|million|thousand|hundred)s?\b|"
    r"(?-i:USD|EUR|GBP|CHF|US|Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b)",
    re.IGNORECASE,
)
# Behind one word in the singular ("Section 4 and 5") the last number is a clause only where it counts nothing: the
# sentence goes on without a noun.
_GOES_ON_WITHOUT_NOUN = re.compile(
    rf"{_TITLE}\s*(?:$|[.,;:)\]\u2013\u2014”\"’?!]|(?:above|below|hereof|hereto|hereunder|thereof|shall|will|must|may|can|"
    r"cannot|is|are|was|were|has|have|had|do|does|did|appl(?:y|ies|ied)|surviv\w+|remain\w*|prevail\w*|govern\w*|"
    r"control\w*|continue\w*|constitut\w*|requires?|provides?|sets?|states?|that|which|if|when|where|unless|until|before|"
    r"after|upon|on|from|in|under|with|by|as|not|no|only|inclusive|respectively|and|or|to|but|prior)\b)",
    re.IGNORECASE,
)
# Behind "paragraph (a) and" an item may be the next one of the sentence's own list: (b) pays.
_ENDS = re.compile(
    r"\s*(?:[.;:)\]]|$|(?:above|below|hereof)\b|of\s+(?:this|these|section|clause|paragraph)\b)", re.IGNORECASE
)
# What a reference belongs to where it leaves this agreement: an act, a code, another paper.
_WHOSE = r"(?:(?:the|that|its|such|each|any|applicable|an?|said|our|your|their)\s+)"
_ELSEWHERE = re.compile(
    rf"\s*(?:,\s*)?(?:(?:of|in|to|under)\s+{_WHOSE}?[A-Z(“\"]"
    rf"|of\s+{_WHOSE}(?:[a-z-]+\s+){{0,3}}?(?:agreement|contract|terms|addendum|schedule|exhibit|annex|appendix|order|"
    r"form|statement|policy|act|law|statute|regulation|directive|code|treaty|clauses|order\s+form)\b|thereof\b)"
)
_HERE = re.compile(
    r"\s*(?:,\s*)?(?:of|in|to|under)\s+(?:this\b|these\b|the\s+(?:present\s+(?:agreement|terms|contract|addendum)|"
    r"(?:(?P<name>\w+)\s+)?standard\s+terms|(?P<own>agreement|terms|contract|addendum|[a-z]{2,5}))\b)",
    re.IGNORECASE,
)
_OF_AGREEMENT = re.compile(rf"{_TITLE}\s*(?:of|in|to|under)\s+th(?:is|e)\s+(?:agreement|contract)\b", re.IGNORECASE)
# What a paper calls itself: this Agreement, this DPA.
_THIS = re.compile(
    r"\bthis\s+(agreement|contract|addendum)\b|\bthese\s+(terms)\b|(?-i:\b[Tt]his\s+([A-Z]{2,5})\b)", re.IGNORECASE
)
_NAMED_LAW = re.compile(
    r"(?:\s+(?:No|Nos|Nr|Abs|lit|para)\.?\s*\(?\w{1,3}\)?){0,3}\s+(?:(?:UK|EU|EEA|Swiss)[ -])?"
    r"(?:GDPR|DSGVO|DS-GVO|CCPA|CPRA|LGPD|HIPAA|FADP|TFEU|UCC|SCCs?|U\.S\.C|C\.F\.R|BGB|HGB|AktG|BDSG|TMG|UrhG|UWG)\b"
)
_BEFORE_LAW = re.compile(r"(?:U\.S\.C\.?|C\.F\.R\.?|USC|CFR|GDPR|Act|Code)\s*,?\s*$")

_BEFORE_PART = re.compile(r"(?:(?:section|clause|article)s?|§{1,2})\s?[\d.]+(?:\s?\(\w{1,4}\))*,?\s*$", re.IGNORECASE)
_JOINED = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)

Members = list[re.Match[str]]


def own_name(texts: Iterable[str]) -> str:
    """What a paper calls itself in small letters ("this DPA": dpa), so that "Section 5 of the DPA" is a clause of it;
    empty where it has several names, as an agreement with a DPA behind it has."""
    found = {name.casefold() for text in texts for names in _THIS.findall(text) for name in names if name}
    return found.pop() if len(found) == 1 else ""


def enumerations_in(text: str, own: str = "") -> Iterator[Members]:
    """The members of each enumeration of clauses of the same agreement in order, one where a reference stands alone.
    `target` is the number, with the word before it in `word`. In doubt a number is none: one that is left as it stands
    does less harm than one that follows a clause and meant money, days or another paper."""
    at = 0
    while found := _FIRST.search(text, at):
        listed = [found]
        while (more := _NEXT.match(text, listed[-1].end())) and _may_be_member(text, more, found):
            listed.append(more)
        if _is_part(text, found) or _goes_on(text, found):
            at = _own_of(listed)[-1].end()
            continue
        at = listed[-1].end()
        yield from _of_here(text, listed, own)


def _own_of(listed: Members) -> Members:
    """Those that the first one's word stands for."""
    return listed[: next((at for at, each in enumerate(listed) if at and each["word"]), len(listed))]


def _is_part(text: str, found: re.Match[str]) -> bool:
    """Section 4 paragraph 2 is a paragraph of that section."""
    return _is_within(found) and _BEFORE_PART.search(text, max(0, found.start() - 20), found.start()) is not None


def is_of_agreement(text: str, listed: Members) -> bool:
    """Whether the words behind say that the clauses are of the agreement itself, and of no exhibit of it."""
    return _OF_AGREEMENT.match(text, listed[-1].end()) is not None


def kind_of(target: str) -> str:
    return "item" if target.startswith("(") else "number" if target[0].isdigit() else "roman"


def _goes_on(text: str, one: re.Match[str]) -> bool:
    return one["target"][-1].isdigit() and _GOES_ON.match(text, one.end()) is not None


def _may_be_member(text: str, more: re.Match[str], first: re.Match[str]) -> bool:
    """A number after numbers, (b) after (a), or after 3.2(a) of several: in "Section 3 and (ii)" is one reference."""
    if _goes_on(text, more):
        return False
    if more["word"]:
        return not _is_within(more) or _JOINED.search(more["between"]) is not None
    if ";" in more["between"] and (kind_of(more["target"]) == "item" or not _is_plural(first)):
        return False
    kinds = kind_of(first["target"]), kind_of(more["target"])
    return kinds[0] == kinds[1] or (kinds == ("number", "item") and _is_plural(first) and first["target"].endswith(")"))


def _is_within(one: re.Match[str]) -> bool:
    """A paragraph may be one of the clause named before it: Section 4, paragraph 2."""
    return one["word"].casefold().startswith(("paragraph", "sub"))


def _is_plural(first: re.Match[str]) -> bool:
    return first["word"].casefold().endswith(("s", "§§"))


def _of_here(text: str, listed: Members, own: str) -> Iterator[Members]:
    """Those of the same agreement: none where the words behind name another paper, but for those that were called by
    another word before ("Clause 5 and Article 28 GDPR"; not "Article VIII, Section 1 of the Statutes")."""
    members = _without_counted(text, listed)
    if not _is_elsewhere(text, listed[0].start(), listed[-1].end(), own):
        if not _is_elsewhere(text, listed[0].start(), members[-1].end(), own):
            yield members
        return
    last = max(at for at, each in enumerate(listed) if each["word"])
    before = listed[:last]
    if before and _JOINED.search(listed[last]["between"]) and not _called_alike(before, listed[last]):
        yield before


def _called_alike(before: Members, last: re.Match[str]) -> bool:
    return any(each["word"] and _singular(each) == _singular(last) for each in before)


def _singular(one: re.Match[str]) -> str:
    return one["word"].casefold().rstrip("s")


def _without_counted(text: str, listed: Members) -> Members:
    """Without a last number that counts something, and what stands beside it: in "Section 3, 4 to 5 days" is one."""
    members = list(listed)
    while len(members) > 1 and not members[-1]["word"] and not _ends(text, members[-1], members[0]):
        joint = members.pop()["between"]
        while len(members) > 1 and not members[-1]["word"] and not re.search(r"[,;&]|\band\b|\bwell\b", joint):
            joint = members.pop()["between"]
    return members


def _ends(text: str, last: re.Match[str], first: re.Match[str]) -> bool:
    """Whether the sentence goes on as behind a reference."""
    after = text[last.end() : last.end() + 120]
    if kind_of(last["target"]) == "item":
        is_listed = bool(re.search(r"[,;]", last["between"]))
        return _is_plural(first) or _ENDS.match(after) is not None or (not is_listed and after.startswith(","))
    if last["target"][-1].isdigit() and _COUNTED.match(after):
        return False
    return _is_plural(first) or any(
        each.match(after) for each in (_GOES_ON_WITHOUT_NOUN, _HERE, _ELSEWHERE, _NAMED_LAW)
    )


def _is_elsewhere(text: str, start: int, end: int, own: str) -> bool:
    title = _BESIDE.match(text, end)
    end = title.end() if title else end
    after, before = text[end : end + 80], text[max(0, start - 20) : start]
    if _NAMED_LAW.match(after) or _BEFORE_LAW.search(before):
        return True
    return not _is_here(after, own) and _ELSEWHERE.match(after) is not None


def _is_here(after: str, own: str) -> bool:
    match = _HERE.match(after)
    said = [name.casefold() for name in match.groups() if name] if match else []
    return match is not None and all(name == own for name in said)
