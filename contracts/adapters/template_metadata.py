"""metadata.yaml of a template, with its selections.json and replacements.json: read into plain data, within bounds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import yaml

from clm.lib.errors import Invalid
from contracts.engine.questionnaire import BadSchema, Field, fields_of, option_words

MOST_BYTES = 256 * 1024
MOST_FIELDS = 400
DISPLAY = "_display"
# Characters that no text of the database holds, as json.dumps says them: nothing, and half a character.
UNKEPT = re.compile(r"\\u0000|[\ud800-\udfff]")
# How the published templates say in prose that a question belongs to another: "(used with fee_is_other)",
# "Only used when pilot_is_free is false".
USED_WITH = re.compile(
    r"\b(?:used|applies) (?:only )?(?:with|when|if) ([a-z]\w*_\w+)(?: is (true|false))?\b", re.IGNORECASE
)
# What they say to whoever fills in the fields: "Set to true when …", "(used with fee_is_other)".
TO_A_TOOL = re.compile(r"\Aset (?:this )?to true (?:(?P<when>(?:when|if|where) )|to )", re.IGNORECASE)
WITH_FIELD = re.compile(
    r"\s*\((?:only )?(?:used|applies) (?:only )?(?:with|when|if) [a-z]\w*_\w+(?: is \w+)?\)"
    r"|(?:\A|(?<=\.)) *(?:only )?(?:used|applies) (?:only )?(?:with|when|if|in computed) [a-z]\w*_\w+(?: is \w+)?\.?",
    re.IGNORECASE,
)
# A name of a field or an answer, as only a tool says it; not a part of an address, nor a place in a text.
CODED = re.compile(r"(?<![\w/@.:=&?{$#%-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w/@=}-]|[.:]\w)")
LONGEST_LABEL = 120


@dataclass(frozen=True)
class TemplateMetadata:
    """What a template says of itself. `selections` and `replacements` are rules that its document needs,
    `blanks` the places of answers that were found in it (see word_asking), `standing` where all answers stand (see
    word_standing)."""

    name: str
    description: str
    category: str
    version: str
    license: str
    source_url: str
    attribution: str
    fields: tuple[Field, ...]
    selections: list[dict[str, Any]] = field(default_factory=list)
    replacements: dict[str, str] = field(default_factory=dict)
    blanks: list[dict[str, Any]] = field(default_factory=list)
    standing: dict[str, Any] = field(default_factory=dict)


class _PlainLoader(yaml.SafeLoader):
    """Plain values only. Anchors and aliases are refused: with them a small file can grow without bound."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("anchors and aliases are not taken")
        return super().compose_node(parent, index)


def read_metadata(content: bytes, selections: bytes = b"", replacements: bytes = b"") -> TemplateMetadata:
    """The metadata with its rules. Raises Invalid `metadata_unreadable`, `metadata_too_large`, `metadata_wrong` or
    `no_derivatives` beside the field of the file."""
    found = _mapping(_yaml(content), "metadata", "The file is not a list of named values.")
    if found.get("allow_derivatives") is False:
        raise _wrong(
            "metadata", "Its licence allows no derived works, so no contract can be made of it.", "no_derivatives"
        )
    return TemplateMetadata(
        name=_text(found, "name", 200) or _missing("name"),
        description=_text(found, "description", 4_000),
        category=_text(found, "category", 80),
        version=_text(found, "version", 40),
        license=_text(found, "license", 80),
        source_url=_address(found),
        attribution=_text(found, "attribution_text", 2_000),
        fields=_fields(found),
        selections=_selections(selections),
        replacements=_replacements(replacements),
    )


def _bounded(content: bytes, place: str) -> str:
    if len(content) > MOST_BYTES:
        raise _wrong(place, f"The file has more than {MOST_BYTES // 1024} kB.", "metadata_too_large")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as unreadable:
        raise _wrong(place, "The file is not UTF-8 text.", "metadata_unreadable") from unreadable


def _yaml(content: bytes) -> Any:
    text = _bounded(content, "metadata")
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as unreadable:
        said = " ".join(str(unreadable).split())[:200]
        raise _wrong("metadata", f"The file is no YAML that can be read: {said}", "metadata_unreadable") from unreadable


def _json(content: bytes, place: str) -> Any:
    if not content:
        return {}
    text = _bounded(content, place)
    try:
        found = json.loads(text)
        said = json.dumps(found, ensure_ascii=False)
    except (ValueError, RecursionError) as unreadable:
        raise _wrong(place, "The file is no JSON that can be read.", "metadata_unreadable") from unreadable
    if UNKEPT.search(said):
        raise _wrong(place, "The file has characters that no document can show.", "metadata_unreadable")
    return found


def _fields(found: Mapping[str, Any]) -> tuple[Field, ...]:
    """`description` is the question; `display_label` its short name; `priority_fields` are those that must be
    answered, unless a field says so itself."""
    rows, needed = found.get("fields") or [], found.get("priority_fields") or []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows) or len(rows) > MOST_FIELDS:
        raise _wrong("metadata", f"“fields” is a list of at most {MOST_FIELDS} fields.")
    needed = {str(name) for name in needed} if isinstance(needed, list) else set()
    kinds = {str(row.get("name")): row.get("type") for row in rows}
    try:
        return _spoken(fields_of([_asked(row, needed) | _told_condition(row, kinds) for row in rows]))
    except BadSchema as fault:
        raise _wrong("metadata", str(fault)) from fault


def _spoken(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """What is said of the questions names others as people know them: “Custom fee structure”, not
    custom_fee_structure."""
    labels = {each.name: each.label for field in fields for each in (field, *field.items)}

    def spoken(field: Field) -> Field:
        def named(found: re.Match[str]) -> str:
            name = found.group()
            if name in labels and name != field.name and not CODED.search(labels[name]):
                return f"“{labels[name]}”"
            return option_words(name) if name in field.options else name.replace("_", " ")

        label, told = CODED.sub(named, field.label)[:300], CODED.sub(named, field.help)[:2_000]
        return replace(field, label=label, help=told, items=tuple(spoken(item) for item in field.items))

    return tuple(spoken(field) for field in fields)


def _told_condition(row: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
    """The field's own condition, else the one its description tells of a question that is answered by yes or no."""
    if "condition" in row:
        return {"condition": row["condition"]}
    told = USED_WITH.search(str(row.get("description") or ""))
    if told is None or kinds.get(told[1]) != "boolean" or told[1] == row.get("name"):
        return {}
    return {"condition": {"field": told[1], "equals": (told[2] or "true").lower() == "true"}}


def _asked(row: Mapping[str, Any], needed: set[str]) -> dict[str, Any]:
    question = {name: row.get(name) for name in ("name", "type", "section", "options")}
    default = row.get("default")
    question["default"] = default.isoformat() if isinstance(default, date) else default
    question |= _said(row)
    question["required"] = row.get("required", str(row.get("name")) in needed)
    question["items"] = [_asked(item, set()) if isinstance(item, Mapping) else item for item in _list(row, "items")]
    return question


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """The question's short name and what more is said of it. One that has no name for people is called as it is
    described, where that is short enough."""
    label, told = row.get("label") or row.get("display_label"), row.get("help") or row.get("description")
    if not isinstance(told, str):
        return {"label": label, "help": told}
    told = WITH_FIELD.sub("", told).strip()
    short = TO_A_TOOL.sub("", told).removesuffix(".")
    if label or "\n" in short or not 0 < len(short) <= LONGEST_LABEL:
        return {"label": label, "help": _begun(TO_A_TOOL.sub(r"\g<when>", told))}
    return {"label": _begun(short), "help": None}


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    found = row.get(name)
    return found if isinstance(found, list) else []


def _selections(content: bytes) -> list[dict[str, Any]]:
    """Groups of options: each option has a marker (how its paragraph reads) and a trigger: the word "default", or
    the field and the answer that chooses it."""
    found = _mapping(_json(content, "selections"), "selections", "The file names no groups.")
    groups = found.get("groups") or []
    fault = "A group of options needs markers and triggers, as text."
    if not isinstance(groups, list) or len(groups) > 200:
        raise _wrong("selections", fault)
    return [_group(_mapping(group, "selections", fault), fault) for group in groups]


def _group(group: Mapping[str, Any], fault: str) -> dict[str, Any]:
    options = [_option(_mapping(option, "selections", fault), fault) for option in _list(group, "options")]
    return {"type": str(group.get("type", "")), "cell": str(group.get("cellContext") or ""), "options": options}


def _option(option: Mapping[str, Any], fault: str) -> dict[str, Any]:
    marker, trigger = option.get("marker"), option.get("trigger")
    if not isinstance(marker, str) or not marker.strip():
        raise _wrong("selections", fault)
    if trigger == "default":
        return {"marker": marker, "field": ""}
    trigger = _mapping(trigger, "selections", fault)
    equals = trigger.get("equals")
    if not isinstance(trigger.get("field"), str) or not isinstance(equals, str | bool | None):
        raise _wrong("selections", fault)
    return {"marker": marker, "field": trigger["field"], "equals": equals}


def _replacements(content: bytes) -> dict[str, str]:
    found = _mapping(_json(content, "replacements"), "replacements", "The file names no replacements.")
    if len(found) > 200 or not all(isinstance(text, str) and key.strip() for key, text in found.items()):
        raise _wrong("replacements", "Each replacement is a text for a text.")
    return {str(key): str(text) for key, text in found.items()}


def _mapping(found: Any, place: str, fault: str) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise _wrong(place, fault)
    return found


def _text(found: Mapping[str, Any], name: str, most: int) -> str:
    value = found.get(name)
    if value is not None and not isinstance(value, str | int | float):
        raise _wrong("metadata", f"“{name}” is a text.")
    return "".join(letter for letter in str(value or "") if letter.isprintable() or letter == "\n").strip()[:most]


def _address(found: Mapping[str, Any]) -> str:
    """Where the template came from; anything but a web address is left out, for the page links to it."""
    address = _text(found, "source_url", 500)
    return address if address.startswith(("https://", "http://")) else ""


def _missing(name: str) -> str:
    raise _wrong("metadata", f"“{name}” is missing.")


def _wrong(place: str, message: str, code: str = "metadata_wrong") -> Invalid:
    return Invalid(code, message, fields={place: [message]})
