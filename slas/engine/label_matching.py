"""Which series a mapping means: selectors of labels as Prometheus writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clm.lib.errors import Invalid

MOST_MATCHERS = 20
LONGEST = 500
METRIC = "__name__"
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
_PAIR = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=|!=)\s*("(?:[^"\\]|\\[\\"n])*")\s*')


@dataclass(frozen=True)
class Matcher:
    """`label` has, or has not, exactly this value; a label that lacks is an empty one, as in Prometheus."""

    label: str
    value: str
    is_equal: bool = True

    def holds(self, labels: Mapping[str, str]) -> bool:
        return (labels.get(self.label, "") == self.value) is self.is_equal


def read_selector(text: str) -> tuple[Matcher, ...]:
    """A selector such as `http_requests{job="api", code!="500"}`, = and != only. Raises Invalid `selector_invalid`.

    Regular expressions are left to the rules of Prometheus: one that takes for ever would hold up a delivery.
    """
    stripped = text.strip()
    if not stripped or len(stripped) > LONGEST:
        raise _invalid(f"A selector has 1 to {LONGEST} characters.")
    name = _METRIC.match(stripped)
    found = [Matcher(METRIC, name.group())] if name else []
    rest = stripped[name.end() :].strip() if name else stripped
    if rest:
        found += _pairs(rest)
    if not any(each.is_equal and each.value for each in found):
        raise _invalid("A selector names at least one label with “=”: else it would take every series.")
    if len(found) > MOST_MATCHERS:
        raise _invalid(f"A selector has at most {MOST_MATCHERS} labels.")
    return tuple(found)


def _pairs(text: str) -> list[Matcher]:
    if not (text.startswith("{") and text.endswith("}")):
        raise _invalid('Labels stand in braces: name{label="value"}.')
    inner, at, found = text[1:-1], 0, []
    while at < len(inner.rstrip()):
        pair = _PAIR.match(inner, at)
        if pair is None:
            raise _invalid('Labels are written label="value" or label!="value", with commas between them.')
        label, sign, quoted = pair.groups()
        found.append(Matcher(label, _plain(quoted), sign == "="))
        at = pair.end()
        if at < len(inner) and inner[at] != ",":
            raise _invalid("Labels have commas between them.")
        at += 1
    return found


def _plain(quoted: str) -> str:
    return re.sub(r"\\[\\\"n]", lambda each: _ESCAPES[each.group()], quoted[1:-1])


def _invalid(text: str) -> Invalid:
    return Invalid("selector_invalid", "The selector cannot be read.", fields={"selector": [text]})
