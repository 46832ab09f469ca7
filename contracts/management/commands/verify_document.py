"""manage.py verify_document FILE: what a PDF's signatures prove, and whether it is an executed text of ours.

Exit code 0: whole, and an authority that is trusted here vouches for who sealed it. 1: changed. 2: the file cannot be
read, or is no PDF. 3: it carries no signature. 4: whole, but nobody who is trusted here vouches for who sealed it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contracts.adapters.signatures import Signature, Stamp
from contracts.queries.verification import Finding, Verdict, verdict_on

ENDS = {
    Finding.CHANGED: (1, "CHANGED after it was signed."),
    Finding.UNREADABLE: (2, "This is no PDF that can be read."),
    Finding.UNSIGNED: (3, "It carries no signature: it proves nothing."),
}
UNPROVED = (4, "WHOLE, but NOT PROVED who sealed it: no authority that is trusted here vouches for it.")
TRIAL = (4, "WHOLE, but NOT PROVED who sealed it: sealed with a key for trying out, which anybody can make.")


class Command(BaseCommand):
    help = "Verifies a PDF by its hash and its signatures; exit code 0 only where it is whole and trusted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as failure:
            raise CommandError(f"{options['file']} cannot be read: {failure.strerror}.", returncode=2) from failure
        verdict = verdict_on(content)
        self.stdout.write(f"sha256: {verdict.sha256}")
        known = verdict.known
        said = f"{known.reference} {known.title}, sealed {known.sealed_at:%Y-%m-%d %H:%M:%S} UTC" if known else "no"
        self.stdout.write(f"executed text of this installation: {said}")
        for number, signature in enumerate(verdict.reading.signatures if verdict.reading else (), start=1):
            self._say(number, signature)
        for stamp in verdict.reading.document_stamps if verdict.reading else ():
            self.stdout.write(f"time stamp over the document: {_stamped(stamp)}")
        self._end(verdict)

    def _end(self, verdict: Verdict) -> None:
        if verdict.finding == Finding.PROVED:
            self.stdout.write("The document is whole, and who sealed it is proved.")
            return
        is_trial = verdict.reading is not None and verdict.reading.is_trial
        code, words = ENDS.get(verdict.finding, TRIAL if is_trial else UNPROVED)
        raise CommandError(verdict.refusal or words, returncode=code)

    def _say(self, number: int, signature: Signature) -> None:
        trusted = "for trying out: it proves nobody" if signature.is_trial else "not trusted here"
        for line in (
            f"signature {number}: {'whole' if signature.holds else 'BROKEN, or something was added behind it'}",
            f"  certificate: {signature.name}",
            f"  issued by:   {signature.issuer} ({'trusted' if signature.is_trusted else trusted})",
            f"  level:       {signature.level or 'none'}",
            f"  stamped:     {_stamped(signature.stamp) if signature.stamp else 'no, the instant is its own clock'}",
        ):
            self.stdout.write(line)


def _stamped(stamp: Stamp) -> str:
    words = "intact" if stamp.is_intact else "BROKEN"
    trusted = "trusted" if stamp.is_trusted else "not trusted here"
    return f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC by {stamp.authority} ({words}, {trusted})"
