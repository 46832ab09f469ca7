"""Somebody of the other side opens our Word file in LibreOffice and changes it there, with its tracked changes."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from clm.embedded.system import libreoffice
from tests.contracts.word.office import SECONDS, missing

GIVEN, FAMILY = "Petra", "Cirrus"
THEM = f"{GIVEN} {FAMILY}"
PERSON = (
    '<item oor:path="/org.openoffice.UserProfile/Data"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>"
)
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
{basic}</script:module>
"""
# An error is written down and the document closed all the same: with one open the program would not end.
BASIC = """
Sub Answer(source As String, target As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  kind(0).Name = "FilterName"
  kind(0).Value = "MS Word 2007 XML"
  paper = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, hidden())
  On Error Goto Wrong
  paper.RecordChanges = True
{edits}
  paper.storeToURL(ConvertToURL(target), kind())
Wrong:
  If Err <> 0 Then
    Open target & ".wrong" For Output As #1
    Print #1, Error$
    Close #1
  End If
  paper.close(True)
End Sub

Function Spot(paper, words)
  wanted = paper.createSearchDescriptor()
  wanted.SearchString = words
  wanted.SearchCaseSensitive = True
  Spot = paper.findFirst(wanted)
End Function

Sub Rewrite(paper, before, after)
  found = Spot(paper, before)
  found.setString(after)
End Sub

Sub Append(paper, words, said)
  found = Spot(paper, words)
  cursor = found.Text.createTextCursorByRange(found)
  cursor.gotoEndOfParagraph(False)
  cursor.Text.insertControlCharacter(cursor, com.sun.star.text.ControlCharacter.PARAGRAPH_BREAK, False)
  cursor.Text.insertString(cursor, said, False)
End Sub
"""


@dataclass(frozen=True)
class Edits:
    """Words that are replaced (by nothing: deleted), and paragraphs that are put behind the one with the words."""

    replaced: dict[str, str] = field(default_factory=dict)
    behind: dict[str, str] = field(default_factory=dict)

    def basic(self) -> str:
        lines = [_call("Rewrite", *pair) for pair in self.replaced.items()]
        return "\n".join(lines + [_call("Append", *pair) for pair in self.behind.items()])


def answered(folder: Path, docx: bytes, edits: Edits) -> bytes:
    """The document after LibreOffice did the edits in it while recording changes, as `THEM`."""
    program = libreoffice()
    if program is None:
        missing()
    source, target = folder / "sent.docx", folder / "answer.docx"
    source.write_bytes(docx)
    # The first start makes the profile, and would overwrite a macro that is there already.
    _run([str(program), "--terminate_after_init"], folder)
    profile = folder / "profile" / "user"
    _sign(profile / "registrymodifications.xcu")
    basic = MODULE.format(basic=escape(BASIC.format(edits=edits.basic())))
    (profile / "basic" / "Standard" / "Module1.xba").write_text(basic)
    _run([str(program), f'macro:///Standard.Module1.Answer("{source}","{target}")'], folder)
    wrong = Path(f"{target}.wrong")
    assert not wrong.exists(), wrong.read_text()
    return target.read_bytes()


def _sign(settings: Path) -> None:
    """Changes are recorded as made by `THEM`. What else is set there stays, or the profile is made anew."""
    items = "".join(PERSON.format(name=name, value=value) for name, value in (("givenname", GIVEN), ("sn", FAMILY)))
    settings.write_text(settings.read_text().replace("</oor:items>", f"{items}</oor:items>"))


def _run(command: list[str], folder: Path) -> None:
    options = ["--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile"]
    # The program of this machine, and a file that the test made.
    subprocess.run([*command, *options], check=True, capture_output=True, timeout=SECONDS)


def _call(name: str, *words: str) -> str:
    said = ", ".join('"' + each.replace('"', '""') + '"' for each in words)
    return f"  {name}(paper, {said})"
