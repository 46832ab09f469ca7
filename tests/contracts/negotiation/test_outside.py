"""What an answer changes outside of the clauses: shown first, to decide, and never taken for unchanged."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.adapters.outgoing import clean_upload
from contracts.adapters.parts import put_together, take_apart
from contracts.adapters.surroundings import differing, surroundings_of
from contracts.models import Change, Receipt, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.counter_change import counter_change
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.guards import settle_negotiation
from contracts.operations.negotiation.receive_version import receive_version
from contracts.operations.negotiation.reject_change import reject_change
from contracts.papers import read_paper
from contracts.papers.outgoing import outgoing_bytes
from contracts.papers.reader import comparison_of
from contracts.queries.changes import read_answer

pytestmark = pytest.mark.django_db

Edit = Callable[[Any], None]
ENDNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.endnotes+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/endnotes"
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6364f8cf500f000386018059"
    "34a8570000000049454e44ae426082"
)


def our_paper() -> bytes:
    document = Document()
    document.add_paragraph("Hosting Agreement", style="Title")
    for number, (heading, text) in enumerate(
        [
            ("Service", "The Provider hosts the Service for the Customer."),
            ("Credits", "A credit of ten percent is granted."),
            ("Term", "This Agreement runs for one year and no longer."),
        ],
        1,
    ):
        document.add_paragraph(f"{number}. {heading}", style="Heading 1")
        paragraph = document.add_paragraph(text)
    document.sections[0].footer.paragraphs[0].text = "Liability is capped at EUR 100."
    paragraph.add_run()._r.append(parse_xml(f'<w:sym {nsdecls("w")} w:font="Wingdings" w:char="F0A8"/>'))
    paragraph.add_run(" automatic renewal")
    return saved(document)


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def sent_paper(alice: Actor) -> Version:
    contract = create_contract(actor=alice, title="Hosting")
    add_version(actor=alice, contract_id=contract.pk, paper=read_paper(our_paper(), "ours.docx"))
    sent = hand_over(actor=alice, draft_id=begin_draft(actor=alice, contract_id=contract.pk).pk)
    return Version.objects.select_related("contract", "blob").get(pk=sent.pk)


def answered(alice: Actor, sent: Version, edit: Edit) -> Version:
    document = Document(io.BytesIO(outgoing_bytes(sent)))
    edit(document)
    return take_in(alice, sent, saved(document))


def take_in(alice: Actor, sent: Version, theirs: bytes) -> Version:
    answer = read_answer(theirs, "theirs.docx")
    return receive_version(actor=alice, contract_id=sent.contract_id, answer=answer)


def footer(document: Any) -> None:
    document.sections[0].footer.paragraphs[0].text = "Liability is unlimited."


def header(document: Any) -> None:
    document.sections[0].header.paragraphs[0].text = "The Vendor Terms prevail."


def picture(document: Any) -> None:
    document.paragraphs[2].add_run().add_picture(io.BytesIO(PNG))


def strike(document: Any) -> None:
    for run in document.paragraphs[4].runs:
        run.font.strike = True


def form_box(document: Any) -> None:
    field = '<w:ffData><w:checkBox><w:checked w:val="1"/></w:checkBox></w:ffData>'
    run = document.paragraphs[4].add_run()._r
    run.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="begin">{field}</w:fldChar>'))
    document.paragraphs[4].add_run()._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="end"/>'))


def drawn_line(document: Any) -> None:
    line = f'<w:pict {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><v:line/></w:pict>'
    document.paragraphs[4].add_run()._r.append(parse_xml(line))


OUTSIDE = [
    (footer, "footer", "Liability is capped at EUR 100.", "Liability is unlimited."),
    (header, "header", "", "The Vendor Terms prevail."),
    (strike, "struck", "", "A credit of ten percent is granted."),
    (form_box, "fields", "", "☒"),
    (drawn_line, "pictures", "", "Shape line"),
]


@pytest.mark.parametrize(("edit", "kind", "old", "new"), OUTSIDE)
def test_what_differs_outside_of_the_clauses_is_a_change_to_decide(
    alice: Actor, edit: Edit, kind: str, old: str, new: str
) -> None:
    sent = sent_paper(alice)
    received = answered(alice, sent, edit)
    [change] = Change.objects.filter(version=received)
    assert (change.kind, change.old_text, change.new_text, change.tracking) == (kind, old, new, "silent")
    assert Receipt.objects.get(version=received).reads_back is False
    compared = comparison_of(sent, received)
    assert compared["changes"][0]["heading"] == change.get_kind_display()
    assert compared["summary"].changed == 0


def test_a_picture_counts_by_what_it_shows(alice: Actor) -> None:
    sent = sent_paper(alice)
    [change] = Change.objects.filter(version=answered(alice, sent, picture))
    assert (change.kind, change.old_text) == ("pictures", "")
    assert change.new_text.startswith("Picture ")


def test_an_answer_that_changes_nothing_has_no_change(alice: Actor) -> None:
    sent = sent_paper(alice)
    received = answered(alice, sent, lambda document: None)
    assert not Change.objects.filter(version=received).exists()
    assert Receipt.objects.get(version=received).reads_back is True


def tick(document: Any) -> None:
    for symbol in document.element.body.iter(qn("w:sym")):
        symbol.set(qn("w:char"), "F0FE")


def equation(document: Any) -> None:
    document.paragraphs[4]._p.append(parse_xml(f"<m:oMath {M}><m:r><m:t>Credit = 0.01 * Fee</m:t></m:r></m:oMath>"))


@pytest.mark.parametrize(
    ("edit", "new"),
    [
        (tick, "3. Term\n\nThis Agreement runs for one year and no longer.☑ automatic renewal"),
        (equation, "2. Credits\n\nA credit of ten percent is granted.Credit = 0.01 * Fee"),
    ],
)
def test_signs_and_equations_are_words_of_their_clause(alice: Actor, edit: Edit, new: str) -> None:
    sent = sent_paper(alice)
    received = answered(alice, sent, edit)
    [change] = Change.objects.filter(version=received)
    assert (change.kind, change.new_text) == ("changed", new)
    accept_change(actor=alice, change_id=change.pk)
    ours = hand_over(actor=alice, draft_id=begin_draft(actor=alice, contract_id=sent.contract_id).pk)
    assert ours.text == received.text


def test_an_endnote_is_words_of_its_clause(alice: Actor) -> None:
    sent = sent_paper(alice)
    document = Document(io.BytesIO(outgoing_bytes(sent)))
    document.paragraphs[4].add_run()._r.append(parse_xml(f'<w:endnoteReference {nsdecls("w")} w:id="2"/>'))
    parts = take_apart(saved(document))
    note = "<w:p><w:r><w:t>But no credit is due in December.</w:t></w:r></w:p>"
    parts["word/endnotes.xml"] = (
        f'<w:endnotes {nsdecls("w")}><w:endnote w:id="2">{note}</w:endnote></w:endnotes>'.encode()
    )
    override = f'<Override PartName="/word/endnotes.xml" ContentType="{ENDNOTES}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override.encode())
    rels = "word/_rels/document.xml.rels"
    link = f'<Relationship Id="rIdEn" Type="{RELATION}" Target="endnotes.xml"/></Relationships>'
    parts[rels] = parts[rels].replace(b"</Relationships>", link.encode())
    [change] = Change.objects.filter(version=take_in(alice, sent, put_together(parts)))
    assert change.new_text == ("2. Credits\n\nA credit of ten percent is granted.\n\nBut no credit is due in December.")


def test_such_a_change_can_only_be_seen(alice: Actor) -> None:
    sent = sent_paper(alice)
    received = answered(alice, sent, lambda document: (footer(document), header(document)))
    first, second = Change.objects.filter(version=received).order_by("position")
    assert [first.kind, second.kind] == ["header", "footer"]
    for call in (
        lambda: accept_change(actor=alice, change_id=first.pk),
        lambda: counter_change(actor=alice, change_id=first.pk, text="Mine."),
    ):
        with pytest.raises(DomainError) as refused:
            call()
        assert refused.value.code == "outside_clauses"
    assert decide_rest(actor=alice, version_id=received.pk, accept=True) == (0, 2)
    with pytest.raises(DomainError) as stopped:
        settle_negotiation(alice, received)
    assert stopped.value.code == "changes_open"
    reject_change(actor=alice, change_id=first.pk)
    assert decide_rest(actor=alice, version_id=received.pk, accept=False) == (1, 0)
    with pytest.raises(DomainError) as theirs:
        settle_negotiation(alice, received)
    assert (theirs.value.code, theirs.value.detail) == ("changes_refused", {"refused": 2})
    assert "outside of the clauses" in theirs.value.message


def test_a_tracked_footer_is_not_called_silent(alice: Actor) -> None:
    def insert(document: Any) -> None:
        run = "<w:r><w:t> Save for lawyers.</w:t></w:r>"
        document.sections[0].footer.paragraphs[0]._p.append(
            parse_xml(f'<w:ins {nsdecls("w")} w:id="9" w:author="Bob" w:date="2026-01-02T03:04:05Z">{run}</w:ins>')
        )

    sent = sent_paper(alice)
    received = answered(alice, sent, insert)
    [change] = Change.objects.filter(version=received)
    assert (change.new_text, change.tracking) == ("Liability is capped at EUR 100. Save for lawyers.", "tracked")
    assert Receipt.objects.get(version=received).reads_back is True


def test_the_page_shows_it_first_and_offers_no_more_than_to_have_seen_it(page: Client, alice: Actor) -> None:
    def both(document: Any) -> None:
        footer(document)
        document.paragraphs[4].add_run(" And more.")

    sent = sent_paper(alice)
    received = answered(alice, sent, both)
    shown = page.get(f"/contracts/{sent.contract_id}/changes/").content.decode()
    assert shown.index("Liability is") < shown.index("And more.")
    assert shown.count("Seen, ours stays") == 1
    assert "1 change outside of the clauses is left to decide." in shown
    asked = f"/contracts/{sent.contract_id}/compare/?old={sent.pk}&new={received.pk}"
    assert "Footer" in page.get(asked).content.decode()


def test_what_does_not_go_out_is_no_difference(alice: Actor) -> None:
    """Hidden words of a header, and numbers that programs count anew."""
    document = Document(io.BytesIO(our_paper()))
    head = document.sections[0].header.paragraphs[0]
    head.add_run("Only for us").font.hidden = True
    page_number = '<w:fldSimple %s w:instr=" PAGE "><w:r><w:t>%d</w:t></w:r></w:fldSimple>'
    head._p.append(parse_xml(page_number % (nsdecls("w"), 1)))
    assert surroundings_of(saved(document))["header"] == ["{PAGE}"]
    again = saved(document)
    assert differing(surroundings_of(again), surroundings_of(clean_upload(again))) == []


def test_a_header_that_is_not_printed_does_not_count() -> None:
    document = Document(io.BytesIO(our_paper()))
    document.sections[0].first_page_header.paragraphs[0].text = "On the first page"
    document.sections[0].even_page_footer.paragraphs[0].text = "On even pages"
    assert (surroundings_of(saved(document))["header"], len(surroundings_of(saved(document))["footer"])) == ([], 1)
    document.sections[0].different_first_page_header_footer = True
    document.settings.odd_and_even_pages_header_footer = True
    shown = surroundings_of(saved(document))
    assert shown["header"] == ["On the first page"]
    assert sorted(shown["footer"]) == ["Liability is capped at EUR 100.", "On even pages"]
