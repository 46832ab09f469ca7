"""Bold, italic, underlined words and lists: read from a Word file, kept through the editor, and written again."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from clm.documents.blobs import read_blob
from clm.lib.actor import Actor
from contracts.adapters.plain import docx_of_text
from contracts.adapters.word_clauses import DraftText
from contracts.adapters.word_writing import write_draft
from contracts.engine.body import paragraphs_of, plain
from contracts.engine.looks import dressed, marked_body, spans_of
from contracts.models import Change, Draft, DraftClause, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.receive_version import receive_version
from contracts.papers import put_paper, read_paper
from contracts.queries.changes import read_answer
from contracts.queries.templates import print_version
from tests.cast import Cast
from tests.contracts.word.drafts import drafted

BOLD = [{"type": "bold"}]
WORDS = "The “Service” is what the Provider hosts for a fee."
DEFINED = (4, 13, "bold")


def word_file(*runs: tuple[str, dict[str, Any]]) -> bytes:
    """A heading, and a paragraph of these runs."""
    document = Document()
    document.add_paragraph("1. Scope")
    paragraph = document.add_paragraph()
    for text, looks in runs:
        run = paragraph.add_run(text)
        for name, value in looks.items():
            setattr(run, name, value)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def base() -> bytes:
    return word_file(("The ", {}), ("“Service”", {"bold": True}), (" is what the Provider hosts for a fee.", {}))


def runs_of(docx: bytes, at: int = 1) -> list[tuple[str, bool | None, bool | None, bool | None]]:
    return [
        (run.text, run.bold, run.italic, run.underline)
        for run in Document(io.BytesIO(docx)).paragraphs[at].runs
        if run.text
    ]


def rewritten(docx: bytes, text: str, marks: Any) -> bytes:
    [clause] = drafted(docx)
    return write_draft(docx, [replace(clause, paragraphs=(text,), marks=(marks,) if marks is not None else None)])


def test_marks_are_read() -> None:
    paper = read_paper(base(), "a.docx")

    [(start, end, mark)] = paper.marks
    assert (paper.text[start:end], mark) == ("“Service”", "bold")


@pytest.mark.parametrize(
    ("looks", "marks"),
    [
        ({"italic": True}, ["italic"]),
        ({"underline": True}, ["underline"]),
        ({"style": "Strong"}, ["bold"]),
        ({"style": "Strong", "bold": False}, []),
        ({"bold": True, "italic": True}, ["bold", "italic"]),
    ],
)
def test_marks_of_their_own_and_of_character_styles(looks: dict[str, Any], marks: list[str]) -> None:
    paper = read_paper(word_file(("Plain ", {}), ("word", looks), (" plain", {})), "a.docx")

    assert [(paper.text[start:end], mark) for start, end, mark in paper.marks] == [("word", mark) for mark in marks]


def test_a_list_number_stands_before_the_marks() -> None:
    document = Document()
    document.add_paragraph("1. Scope")
    document.add_paragraph(style="List Bullet").add_run("first").bold = True
    made = io.BytesIO()
    document.save(made)

    paper = read_paper(made.getvalue(), "a.docx")

    [(start, end, _mark)] = paper.marks
    assert (paper.text[start - 2 : start], paper.text[start:end]) == ("• ", "first")


def test_a_text_is_a_body_with_its_marks_and_lists() -> None:
    text = "The Fee:\n• one two\n• three\n(a) yes\n(b) no\nend"

    body = marked_body(text, [(4, 7, "bold"), (11, 14, "italic")])

    assert plain(body) == text
    assert [node["type"] for node in body["content"]] == ["paragraph", "bulletList", "orderedList", "paragraph"]
    assert body["content"][0]["content"][1] == {"type": "text", "text": "Fee", "marks": BOLD}
    assert spans_of(body) == (((4, 7, "bold"),), ((2, 5, "italic"),), (), (), (), ())


def test_lines_that_only_look_like_a_list_stay_lines() -> None:
    assert [node["type"] for node in marked_body("(b) second")["content"]] == ["paragraph"]


def test_words_that_another_body_has_look_as_there() -> None:
    made = dressed(marked_body("The “Service” costs more."), marked_body(WORDS, [DEFINED]))

    assert spans_of(made) == ((DEFINED,),)


def test_a_changed_clause_keeps_its_bold_term() -> None:
    text = WORDS.replace("a fee", "two fees")

    made = rewritten(base(), text, (DEFINED,))

    assert runs_of(made) == [
        ("The ", None, None, None), ("“Service”", True, None, None),
        (" is what the Provider hosts for two fees.", None, None, None),
    ]  # fmt: skip


def test_words_become_bold_and_no_longer() -> None:
    made = rewritten(base(), WORDS, ((26, 34, "bold"), (26, 34, "italic"), (45, 46, "underline")))

    assert [run for run in runs_of(made) if any(run[1:])] == [("Provider", True, True, None), ("a", None, None, True)]
    assert "".join(text for text, *_ in runs_of(made)) == WORDS


def test_what_a_style_makes_bold_is_switched_off() -> None:
    made = rewritten(word_file(("A ", {}), ("term", {"style": "Strong"}), (".", {})), "A term.", ())

    assert ("term", False, None, None) in runs_of(made)
    assert read_paper(made, "a.docx").marks == ()


def test_what_a_reference_shows_looks_as_it_did() -> None:
    docx = word_file(("See ", {}), ("Section 3", {"bold": True}), (".", {}))

    assert runs_of(rewritten(docx, "See Section 4.", ((4, 13, "any"),)))[1] == ("Section 4", True, None, None)


def test_untouched_words_keep_their_runs() -> None:
    assert runs_of(rewritten(base(), WORDS, None)) == runs_of(base())


@pytest.mark.parametrize("is_new", [True, False])
def test_new_clauses_have_their_marks_too(is_new: bool) -> None:
    body = marked_body("Pay at once.\n• or\n• never", [(7, 11, "bold"), (15, 17, "italic")])
    clause = DraftText(None, "2.", "Fees", paragraphs_of(body), 1, spans_of(body))

    made = write_draft(base(), [*drafted(base()), clause]) if is_new else write_draft(None, [clause])

    paper = read_paper(made, "a.docx")
    assert [(paper.text[start:end], mark) for start, end, mark in paper.marks][-2:] == [
        ("once", "bold"),
        ("or", "italic"),
    ]


def test_what_was_written_comes_back_as_it_was() -> None:
    body = marked_body("Pay at once.\n• or\n• never", [(7, 11, "bold"), (15, 17, "italic")])
    made = write_draft(None, [DraftText(None, "1.", "Fees", paragraphs_of(body), 1, spans_of(body))])

    paper = read_paper(made, "a.docx")
    at = paper.text.index("Pay")
    assert marked_body(paper.text[at:], [(a - at, b - at, m) for a, b, m in paper.marks if a >= at]) == body


TYPED = """3. Fees

3.4 Payment. Invoices are due as Section 3.4 (b) says.

(a) They are paid.

(b) Interest runs as Section 3.4  (a) and Section 3.4(b) say.
"""


def handed(actor: Actor, docx: bytes, edit: Callable[[Draft], None] | None = None) -> Version:
    """A contract on this file, handed over after the edit."""
    contract = create_contract(actor=actor, title="Hosting")
    add_version(actor=actor, contract_id=contract.pk, paper=put_paper(actor, read_paper(docx, "base.docx")))
    draft = begin_draft(actor=actor, contract_id=contract.pk)
    if edit:
        edit(draft)
    return hand_over(actor=actor, draft_id=draft.pk)


def written_in(version: Version) -> bytes:
    return read_blob(version.blob)


def test_an_untouched_draft_goes_out_as_it_was(acme: Cast) -> None:
    version = handed(acme["legal"], docx_of_text(TYPED))

    assert DraftClause.objects.filter(draft__version=version, body__icontains='"reference"').count() == 2
    assert version.text == base_text(version)


def base_text(version: Version) -> str:
    return Version.objects.get(contract=version.contract_id, number=version.number - 1).text


def test_a_bold_term_stays_bold_where_another_word_is_changed(acme: Cast) -> None:
    def edit(draft: Draft) -> None:
        clause = draft.clauses.get()
        assert clause.body["content"][0]["content"][1] == {"type": "text", "text": "“Service”", "marks": BOLD}
        content = [
            {**node, "text": node["text"].replace("a fee", "two fees")} for node in clause.body["content"][0]["content"]
        ]
        content.append({"type": "text", "text": " It is safe.", "marks": [{"type": "italic"}]})
        body = {"type": "doc", "content": [{"type": "paragraph", "content": content}]}
        edit_clause(
            actor=acme["legal"], clause_id=clause.pk, revision=clause.revision, heading=clause.heading, body=body
        )

    version = handed(acme["legal"], base(), edit)

    assert runs_of(written_in(version)) == [
        ("The ", None, None, None), ("“Service”", True, None, None),
        (" is what the Provider hosts for two fees. ", None, None, None), ("It is safe.", None, True, None),
    ]  # fmt: skip


def test_the_pdf_has_the_marks(acme: Cast) -> None:
    version = handed(acme["legal"], base())

    page = PdfReader(io.BytesIO(print_version(version))).pages[0]

    fonts = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
    assert "“Service” is what the Provider" in page.extract_text().replace("\n", " ")
    assert [name for name in fonts if "bold" in name.lower()] != []


def test_the_other_side_s_marks_are_taken_with_their_words(acme: Cast) -> None:
    sent = handed(acme["legal"], base())
    answer = word_file(("The ", {}), ("“Service”", {"bold": True}), (" is ", {}), ("always", {"italic": True}),
                       (" hosted for a fee.", {}))  # fmt: skip
    version = receive_version(actor=acme["legal"], contract_id=sent.contract_id, answer=read_answer(answer, "b.docx"))

    accept_change(actor=acme["legal"], change_id=Change.objects.get(version=version).pk)
    draft = Draft.objects.get(contract_id=sent.contract_id, state="open")
    again = hand_over(actor=acme["legal"], draft_id=draft.pk)

    assert [run for run in runs_of(written_in(again)) if any(run[1:])] == [
        ("“Service”", True, None, None), ("always", None, True, None),
    ]  # fmt: skip


def test_a_plain_text_takes_no_marks_away(acme: Cast) -> None:
    sent = handed(acme["legal"], base())
    answer = read_answer(sent.text.replace("a fee", "two fees").encode(), "b.txt")
    version = receive_version(actor=acme["legal"], contract_id=sent.contract_id, answer=answer)

    accept_change(actor=acme["legal"], change_id=Change.objects.get(version=version).pk)

    clause = DraftClause.objects.get(draft__contract_id=sent.contract_id, draft__state="open")
    assert [span[2] for span in spans_of(clause.body)[0]] == ["bold"]
