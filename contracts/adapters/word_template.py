"""Word templates in the notation of OpenAgreements: checked, and filled from answers.

`{field}` is an answer; `{IF field}` to `{END-IF}` an optional part, of a line, of paragraphs or of table rows;
`{FOR item IN field}` to `{END-FOR item}` a part repeated by entry, where `{$item.part}` is the entry's part. Options
are paragraphs: the chosen ones are kept and ticked, the others go. What the template says to whoever drafts goes too.
The notation is translated to docxtpl's own, so that styles, numbering, headers and footers stay. Of docxtpl's own
nothing runs but what was translated. Uploads are opened by word_filling, in a process with bounds.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from docx import Document
from docxtpl import DocxTemplate
from jinja2 import Environment, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from clm.lib.errors import DomainError, Invalid
from contracts.adapters import word_drafting, word_fitting
from contracts.adapters.word_bodies import remove_all
from contracts.adapters.word_echoes import said_once
from contracts.adapters.word_gaps import as_it_stands, close_gaps
from contracts.adapters.word_paragraphs import element, qn, replace_span, roots_of, row_of, text_of
from contracts.engine.questionnaire import Field, as_words

TOKEN = re.compile(
    r"\{(?:(?P<if>IF) +(?P<condition>[a-z]\w*)|(?P<endif>END-IF)|(?P<for>FOR) +(?P<item>\w+) +IN +(?P<list>\w+)"
    r"|(?P<endfor>END-FOR)(?: +\w+)?|\$(?P<entry>\w+)\.(?P<part>\w+)|(?P<name>[a-z]\w*))\}"
)
# docxtpl's own notation runs code: a document that brings it along is refused.
CODE = re.compile(r"\{[{%#]|[%#}]\}")
# What `_translate` writes, and nothing else is ever run.
OURS = re.compile(r"(?:\{\{ (?:a_\w+|i_\w+\[\"\w+\"\]) \}\}|\{% (?:if a_\w+|for i_\w+ in a_\w+|endif|endfor) %\})+")
_TAG = re.compile(r"<[^>]*>")
DISPLAY = "_display"
# Among other words an answer that was left empty is an empty line. No question is called so: names have no capitals.
IN_WORDS = "_InWords"


def check_template(content: bytes, fields: Sequence[Field], replacements: Mapping[str, str]) -> None:
    """Nothing, where each placeholder of the document has its field. Raises Invalid `placeholder_unknown`,
    `template_has_code` or `parts_not_closed` beside the field `file`."""
    _check_code(content, replacements)
    document = Document(io.BytesIO(content))
    known = {field.name: field for field in fields}
    for root in roots_of(document):
        word_drafting.replace_words(root, replacements)
        _check_words(root)
        _check_tokens([match for paragraph in _paragraphs(root) for match in TOKEN.finditer(text_of(paragraph))], known)
        _translate(root)


def _check_code(content: bytes, replacements: Mapping[str, str]) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [package.read(name).decode("utf-8", "replace") for name in package.namelist() if name.endswith(".xml")]
    if any(_has_code(part) for part in parts) or any(CODE.search(text) for text in replacements.values()):
        raise _code_refused()


def _check_words(root: Any) -> None:
    """As it was parsed: a bracket may be written as a character reference, and replaced words may join."""
    if _has_code(etree.tostring(root, encoding="unicode")):
        raise _code_refused()


def _has_code(part: str) -> bool:
    return bool(CODE.search(_TAG.sub("", part)) or re.search(r"\{[{%#]", part))


def check_source(source: str, environment: Environment) -> None:
    """Nothing, where the source of a part, just before it is rendered, runs what `_translate` wrote and no more,
    however it came there. Raises Invalid `template_has_code`."""
    code = ""
    try:
        for _line, kind, words in environment.lex(source):
            if kind != "data":
                code += words
            elif code:
                _check_ours(code)
                code = ""
    except TemplateSyntaxError as fault:
        raise _code_refused() from fault
    if code:
        _check_ours(code)


def _check_ours(code: str) -> None:
    if not OURS.fullmatch(code):
        raise _code_refused()


def _code_refused() -> Invalid:
    return _refused("template_has_code", "The document has double brackets or brackets with % or #: not taken.")


class _Template(DocxTemplate):  # type: ignore[misc]
    """Body, headers and footers are rendered, each checked right before. Properties and notes stay as they are: nothing
    of ours stands in them."""

    def render_xml_part(self, src_xml: str, part: Any, context: dict[str, Any], jinja_env: Any = None) -> Any:
        check_source(src_xml, jinja_env)
        return super().render_xml_part(src_xml, part, context, jinja_env)

    def get_headers_footers(self, uri: str) -> Iterator[Any]:
        """Those without a bracket have nothing to render."""
        return (found for found in super().get_headers_footers(uri) if b"{" in found[1].blob)

    def render_properties(self, context: dict[str, Any], jinja_env: Any = None) -> None:
        return

    def render_footnotes(self, context: dict[str, Any], jinja_env: Any = None) -> None:
        return


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
    checked ones by name; `rules` has `selections`, `replacements` and `blanks` (see word_asking), or `as_written` where
    the document says nothing to whoever drafts: brackets and boxes in it are words.

    Raises DomainError `template_not_filled` where the document cannot be made, Invalid `template_has_code`.
    """
    prepared = _Template(io.BytesIO(content))
    prepared.init_docx()
    shorter: dict[str, str] = {}
    for number, root in enumerate(roots_of(prepared.docx)):
        blanks = [blank for blank in rules.get("blanks", ()) if blank["root"] == number]
        shorter |= _draft(root, number, values, rules, blanks)
        _check_words(root)
        _translate(root, {blank["name"] for blank in blanks if blank["kind"] == word_fitting.BLANK})
    # docxtpl opens the document anew when it renders: it is given the translated one.
    translated, made = io.BytesIO(), io.BytesIO()
    prepared.docx.save(translated)
    template = _Template(translated)
    try:
        template.render(_context({**values, **shorter}), SandboxedEnvironment(autoescape=True), autoescape=True)
    except Invalid:
        raise
    except Exception as fault:
        raise DomainError("template_not_filled", "The document could not be made from this template.") from fault
    told = [line for root in roots_of(template.docx) for line in word_fitting.draw_lines(root)]
    template.save(made)
    return made.getvalue(), list(dict.fromkeys(told))


def _draft(
    root: Any, number: int, values: Mapping[str, Any], rules: Mapping[str, Any], blanks: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """What speaks to whoever drafts is gone, or was answered. Answers how answers read where they are shorter."""
    asking = word_fitting.asking(root)
    word_drafting.replace_words(root, rules.get("replacements", {}))
    if rules.get("as_written"):
        return {}
    stood = as_it_stands(root)
    fitting, shorter = said_once(word_fitting.fitting(root, values, blanks), values, number)
    gone = word_fitting.not_chosen(root, blanks, values)
    word_drafting.choose(root, rules.get("selections", ()), values)
    word_fitting.put(fitting)
    remove_all(gone)
    word_drafting.remove_drafting_words(root)
    word_fitting.remove_unsaid(root, blanks, values)
    close_gaps(stood)
    word_fitting.darken(asking)
    return shorter


def _context(values: Mapping[str, Any]) -> dict[str, Any]:
    """Names that are nobody else's: a field may be called like a word of the template language."""
    words = {f"a_{name}": as_words(value) for name, value in values.items()}
    for name, value in values.items():
        words[f"a_{name}{DISPLAY}"] = "" if _is_for_entities_only(name, values) else as_words(value)
        words[f"a_{name}{IN_WORDS}"] = word_fitting.UNANSWERED if value is None else as_words(value)
    return words


def _is_for_entities_only(name: str, values: Mapping[str, Any]) -> bool:
    """A title or a company is shown of who signs for an entity, not of a private person."""
    owner = re.sub(r"_(title|company)\Z", "", name)
    return owner != name and values.get(f"{owner}_type") == "individual"


def _paragraphs(root: Any) -> list[Any]:
    return list(root.iter(qn("p")))


def _translate(root: Any, blanks: Collection[str] = ()) -> None:
    """The notation becomes docxtpl's. Parts that span paragraphs or rows get lines of their own around them. Answers to
    `blanks` are empty lines where there are none, whatever stands beside them."""
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
        _translate_words(paragraph, blanks)


def _enclose(first: Any, begin: re.Match[str], last: Any, end: re.Match[str]) -> None:
    """A part within one paragraph stays there, unless it is the whole of a table row's first cell."""
    row = row_of(first)
    if first is last and not (row is not None and text_of(first).strip().endswith(end.group())):
        return
    kind = "tr" if row is not None and row_of(last) is not None else "p"
    begin_at, end_at = (row, row_of(last)) if kind == "tr" else (first, last)
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


def _opening(begin: re.Match[str]) -> str:
    if begin["for"]:
        return f"for i_{begin['item']} in a_{begin['list']}"
    return f"if a_{begin['condition']}"


def _cut(paragraph: Any, token: str, *, from_end: bool) -> None:
    text = text_of(paragraph)
    at = text.rfind(token) if from_end else text.find(token)
    if at >= 0:
        replace_span(paragraph, at, at + len(token), "")


def _translate_words(paragraph: Any, blanks: Collection[str]) -> None:
    """From the last to the first, so that the places of those before stay."""
    has_words = re.search(r"[^\W_]|[$€£%]", TOKEN.sub("", text_of(paragraph))) is not None
    for match in reversed(list(TOKEN.finditer(text_of(paragraph)))):
        among = IN_WORDS if has_words or match["name"] in blanks else ""
        replace_span(paragraph, match.start(), match.end(), _word(match, among))


def _word(match: re.Match[str], among: str) -> str:
    if match["if"] or match["for"]:
        return f"{{% {_opening(match)} %}}"
    if match["endif"] or match["endfor"]:
        return "{% endfor %}" if match["endfor"] else "{% endif %}"
    if match["entry"]:
        return f'{{{{ i_{match["entry"]}["{match["part"]}"] }}}}'
    return f"{{{{ a_{match['name']}{'' if match['name'].endswith(DISPLAY) else among} }}}}"


def _not_closed(token: str) -> Invalid:
    return _refused("parts_not_closed", f"The part at {token} has no beginning or no end.")


def _refused(code: str, message: str) -> Invalid:
    return Invalid(code, message, fields={"file": [message]})
