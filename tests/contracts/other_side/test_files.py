"""What a file of ours says besides its words does not leave the house, wherever in the file it stands."""

from __future__ import annotations

import pytest

from contracts.adapters.outgoing import clean_upload
from contracts.adapters.parts import put_together, take_apart
from tests.contracts.redlines.made import text_of, word_file
from tests.contracts.word.edits import MAIN, commented

BASE = word_file("1. Service", "The Provider hosts the Service for the Customer.")
LINKS, TYPES = "word/_rels/document.xml.rels", "[Content_Types].xml"
SECRET = "Jane Secret"
RUN = f"<w:r><w:t>{SECRET}</w:t></w:r>"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(said: str, shown: str = RUN) -> str:
    instruction = f"<w:r><w:instrText>{said}</w:instrText></w:r>"
    return mark("begin") + instruction + mark("separate") + shown + mark("end")


def whole(docx: bytes) -> str:
    return "\n".join(f"{name}\n{data.decode('latin1')}" for name, data in take_apart(docx).items())


def with_part(docx: bytes, name: str, old: str, new: str) -> bytes:
    parts = take_apart(docx)
    assert old.encode() in parts[name]
    return put_together(parts | {name: parts[name].replace(old.encode(), new.encode(), 1)})


def with_words(words: str) -> bytes:
    return with_part(BASE, MAIN, "<w:body>", f"<w:body><w:p>{words}<w:r><w:t>Shown</w:t></w:r></w:p>")


@pytest.mark.parametrize(
    "words",
    [
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{SECRET}</w:t></w:r>",
        f'<w:r><w:rPr><w:rStyle w:val="Whisper"/></w:rPr><w:t>{SECRET}</w:t></w:r>',
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:instrText>{SECRET}</w:instrText></w:r>",
        f'<w:permStart w:id="1" w:ed="HOUSE\\{SECRET}"/><w:permEnd w:id="1"/>',
        f'<w:r><w:drawing><wp:inline xmlns:wp="{DRAWING}"><wp:docPr id="1" name="x" '
        f'descr="C:\\Users\\{SECRET}\\a.png"/></wp:inline></w:drawing></w:r>',
        f'<w:fldSimple w:instr=" AUTHOR \\* MERGEFORMAT ">{RUN}</w:fldSimple>',
        *(field(said) for said in ("LASTSAVEDBY", " filename \\p ", "USERNAME", "DOCPROPERTY Author")),
        field("IF 1 = 1", field("AUTHOR")),
        field(f'INCLUDEPICTURE "C:\\\\Users\\\\{SECRET}\\\\a.png"', ""),
    ],
)
def test_what_stands_beside_the_words(words: str) -> None:
    style = '<w:style w:type="character" w:styleId="{}"><w:name w:val="{}"/>{}</w:style>'
    base = style.format("Low", "Low", "<w:rPr><w:vanish/></w:rPr>")
    based = style.format("Whisper", "Whisper", '<w:basedOn w:val="Low"/>')
    made = with_part(with_words(words), "word/styles.xml", "</w:styles>", f"{base}{based}</w:styles>")

    cleaned = clean_upload(made)

    assert SECRET not in whole(cleaned)
    assert text_of(cleaned) == "Shown\n\n" + text_of(BASE)


def test_hidden_marks_of_a_field_stay_in_pairs() -> None:
    hidden = mark("begin").replace("<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr>")

    cleaned = whole(clean_upload(with_words(hidden + mark("separate") + mark("end"))))

    assert cleaned.count("w:fldCharType=") == 3


def test_fields_that_tell_nothing_and_text_of_no_end_stay() -> None:
    words = field("PAGE", "<w:r><w:t>12</w:t></w:r>") + mark("begin") + "<w:r><w:instrText>AUTHOR</w:instrText></w:r>"

    assert text_of(clean_upload(with_words(words + mark("separate")))).startswith("12Shown")


@pytest.mark.parametrize("name", ["word/Comments.xml", "word/remarks/notes.xml", "remarks.xml", "word/remarks.dat"])
def test_comments_in_a_part_of_any_name(name: str) -> None:
    parts = take_apart(commented(BASE, "hosts", SECRET))
    target = "/" + name
    parts[name] = parts.pop("word/comments.xml")
    parts[LINKS] = parts[LINKS].replace(b'"comments.xml"', f'"{target}"'.encode())
    parts[TYPES] = parts[TYPES].replace(b"/word/comments.xml", target.encode())

    cleaned = take_apart(clean_upload(put_together(parts)))

    assert name not in cleaned
    assert b"relationships/comments" not in cleaned[LINKS]
    assert b"comments+xml" not in cleaned[TYPES]


@pytest.mark.parametrize(
    "target", ["file:///C:/Users/Jane.Secret/x.png", "file:///C:%5CUsers%5CJane.Secret%5Cx.png", r"\\Jane.Secret\x.png"]
)
def test_links_to_our_files(target: str) -> None:
    link = f'<Relationship Id="rIdX" Type="{IMAGE}" Target="{target}" TargetMode="External"/></Relationships>'

    cleaned = take_apart(clean_upload(with_part(BASE, LINKS, "</Relationships>", link)))[LINKS].decode()

    assert "Jane" not in cleaned
    assert 'Target="x.png"' in cleaned
