"""Word templates in the notation of OpenAgreements: checked, and filled from answers.

`{field}` is an answer; `{IF field}` to `{END-IF}` an optional part, of a line, of paragraphs or of table rows;
`{FOR item IN field}` to `{END-FOR item}` a part repeated by entry, where `{$item.part}` is the entry's part. Options
are paragraphs: the chosen ones are kept and ticked, the others go. What the template says to whoever drafts goes too.
The notation is translated to docxtpl's own, so that styles, numbering, headers and footers stay.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from clm.lib.errors import DomainError, Invalid
from contracts.adapters import word_drafting
from contracts.adapters.word_paragraphs import element, qn, replace_span, text_of
from contracts.engine.questionnaire import Field, as_words

TOKEN = re.compile(
    r"\{(?:(?P<if>IF) +(?P<condition>[a-z]\w*)|(?P<endif>END-IF)|(?P<for>FOR) +(?P<item>\w+) +IN +(?P<list>\w+)"
    r"|(?P<endfor>END-FOR)(?: +\w+)?|\$(?P<entry>\w+)\.(?P<part>\w+)|(?P<name>[a-z]\w*))\}"
)
# docxtpl's own notation runs code: a document that brings it along is refused.
CODE = re.compile(r"\{[{%#]|[%#}]\}")
_TAG = re.compile(r"<[^>]*>")
DISPLAY = "_display"


def check_template(content: bytes, fields: Sequence[Field], replacements: Mapping[str, str]) -> None:
    """Nothing, where each placeholder of the document has its field. Raises Invalid `placeholder_unknown`,
    `template_has_code` or `parts_not_closed` beside the field `file`."""
    _check_code(content, replacements)
    document = Document(io.BytesIO(content))
    known = {field.name: field for field in fields}
    for root in _roots(document):
        word_drafting.replace_words(root, replacements)
        _check_tokens([match for paragraph in _paragraphs(root) for match in TOKEN.finditer(text_of(paragraph))], known)
        _translate(root)


def _check_code(content: bytes, replacements: Mapping[str, str]) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [package.read(name).decode("utf-8", "replace") for name in package.namelist() if name.endswith(".xml")]
    if any(CODE.search(_TAG.sub("", part)) or re.search(r"\{[{%#]", part) for part in parts) or any(
        CODE.search(text) for text in replacements.values()
    ):
        raise _refused("template_has_code", "The document has double brackets or brackets with % or #: not taken.")


def _check_tokens(found: Sequence[re.Match[str]], known: Mapping[str, Field]) -> None:
    entries: dict[str, Field] = {}
    for match in found:
        if match["for"] and match["list"] in known:
            entries[match["item"]] = known[match["list"]]
        if not _is_known(match, known, entries):
            message = f"The placeholder {match.group()} has no field in the metadata."
            raise _refused("placeholder_unknown", message)


def _is_known(match: re.Match[str], known: Mapping[str, Field], entries: Mapping[str, Field]) -> bool:
    if match["endif"] or match["endfor"]:
        return True
    if match["for"]:
        return match["list"] in known and known[match["list"]].type == "array"
    if match["entry"]:
        return match["entry"] in entries and match["part"] in {part.name for part in entries[match["entry"]].items}
    name = match["condition"] or match["name"]
    return name in known or name.removesuffix(DISPLAY) in known


def fill(content: bytes, values: Mapping[str, Any], rules: Mapping[str, Any]) -> tuple[bytes, list[str]]:
    """The document with the answers in their places, and the lines that had a blank no question fills. `values` are
    checked ones by name; `rules` has `selections` and `replacements`, and `as_written` where the document says nothing
    to whoever drafts: brackets and boxes in it are words.

    Raises DomainError `template_not_filled` where the document cannot be made.
    """
    blanks: list[str] = []
    prepared = DocxTemplate(io.BytesIO(content))
    prepared.init_docx()
    for root in _roots(prepared.docx):
        word_drafting.replace_words(root, rules.get("replacements", {}))
        word_drafting.choose(root, rules.get("selections", ()), values)
        if not rules.get("as_written"):
            blanks += word_drafting.remove_drafting_words(root)
        _translate(root)
    # docxtpl opens the document anew when it renders: it is given the translated one.
    translated, made = io.BytesIO(), io.BytesIO()
    prepared.docx.save(translated)
    template = DocxTemplate(translated)
    try:
        template.render(_context(values), SandboxedEnvironment(autoescape=True), autoescape=True)
    except Exception as fault:
        raise DomainError("template_not_filled", "The document could not be made from this template.") from fault
    template.save(made)
    return made.getvalue(), [TOKEN.sub("…", line) for line in blanks]


def _context(values: Mapping[str, Any]) -> dict[str, Any]:
    """Names that are nobody else's: a field may be called like a word of the template language."""
    words = {f"a_{name}": as_words(value) for name, value in values.items()}
    for name, value in values.items():
        words[f"a_{name}{DISPLAY}"] = "" if _is_for_entities_only(name, values) else as_words(value)
    return words


def _is_for_entities_only(name: str, values: Mapping[str, Any]) -> bool:
    """A title or a company is shown of who signs for an entity, not of a private person."""
    owner = re.sub(r"_(title|company)\Z", "", name)
    return owner != name and values.get(f"{owner}_type") == "individual"


def _roots(document: Any) -> Iterator[Any]:
    """The body, headers and footers: each an element."""
    yield document.element.body
    for relation in document.part.rels.values():
        if relation.reltype in (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER) and not relation.is_external:
            yield relation.target_part.element


def _paragraphs(root: Any) -> list[Any]:
    return list(root.iter(qn("p")))


def _translate(root: Any) -> None:
    """The notation becomes docxtpl's. Parts that span paragraphs or rows get lines of their own around them."""
    open_parts: list[tuple[Any, re.Match[str]]] = []
    for paragraph in _paragraphs(root):
        for match in list(TOKEN.finditer(text_of(paragraph))):
            if match["for"] and any(begin["for"] for _paragraph, begin in open_parts):
                raise _refused("parts_repeated_twice", "A repeated part within a repeated part is not taken.")
            if match["if"] or match["for"]:
                open_parts.append((paragraph, match))
            elif match["endif"] or match["endfor"]:
                if not open_parts or bool(open_parts[-1][1]["for"]) != bool(match["endfor"]):
                    raise _not_closed(match.group())
                _enclose(*open_parts.pop(), paragraph, match)
    if open_parts:
        raise _not_closed(open_parts[-1][1].group())
    for paragraph in _paragraphs(root):
        _translate_words(paragraph)


def _enclose(first: Any, begin: re.Match[str], last: Any, end: re.Match[str]) -> None:
    """A part within one paragraph stays there, unless it is the whole of a table row's first cell."""
    row = _row_of(first)
    if first is last and not (row is not None and text_of(first).strip().endswith(end.group())):
        return
    kind = "tr" if row is not None and _row_of(last) is not None else "p"
    begin_at, end_at = (row, _row_of(last)) if kind == "tr" else (first, last)
    begin_at.addprevious(element(kind, f"{{%{kind} {_opening(begin)} %}}"))
    end_at.addnext(element(kind, f"{{%{kind} {'endfor' if end['endfor'] else 'endif'} %}}"))
    _cut(last, end.group(), from_end=True)
    _cut(first, begin.group(), from_end=False)
    if kind == "p":
        _remove_empty(first, last)


def _remove_empty(*paragraphs: Any) -> None:
    for paragraph in paragraphs:
        if not text_of(paragraph).strip() and paragraph.getparent() is not None:
            paragraph.getparent().remove(paragraph)


def _row_of(paragraph: Any) -> Any:
    return next((above for above in paragraph.iterancestors() if above.tag == qn("tr")), None)


def _opening(begin: re.Match[str]) -> str:
    if begin["for"]:
        return f"for i_{begin['item']} in a_{begin['list']}"
    return f"if a_{begin['condition']}"


def _cut(paragraph: Any, token: str, *, from_end: bool) -> None:
    text = text_of(paragraph)
    at = text.rfind(token) if from_end else text.find(token)
    if at >= 0:
        replace_span(paragraph, at, at + len(token), "")


def _translate_words(paragraph: Any) -> None:
    """From the last to the first, so that the places of those before stay."""
    for match in reversed(list(TOKEN.finditer(text_of(paragraph)))):
        replace_span(paragraph, match.start(), match.end(), _word(match))


def _word(match: re.Match[str]) -> str:
    if match["if"] or match["for"]:
        return f"{{% {_opening(match)} %}}"
    if match["endif"] or match["endfor"]:
        return "{% endfor %}" if match["endfor"] else "{% endif %}"
    if match["entry"]:
        return f'{{{{ i_{match["entry"]}["{match["part"]}"] }}}}'
    return f"{{{{ a_{match['name']} }}}}"


def _not_closed(token: str) -> Invalid:
    return _refused("parts_not_closed", f"The part at {token} has no beginning or no end.")


def _refused(code: str, message: str) -> Invalid:
    return Invalid(code, message, fields={"file": [message]})
