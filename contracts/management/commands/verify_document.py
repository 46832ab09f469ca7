"""manage.py verify_document FILE: what a PDF's signatures prove, and whether it is an executed text of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contracts.adapters.signatures_read import Signature, Stamp
from contracts.queries.verification import verdict_on


class Command(BaseCommand):
    help = "Verifies a PDF by its hash and its signatures; exit code 1 where it was changed or proves nothing."

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
        if verdict.reading is None:
            raise CommandError(verdict.refusal or "This is no PDF that can be read.", returncode=1)
        for number, signature in enumerate(verdict.reading.signatures, start=1):
            self._say(number, signature)
        for stamp in verdict.reading.document_stamps:
            self.stdout.write(f"time stamp over the document: {_stamped(stamp)}")
        if not verdict.reading.is_whole:
            signed = bool(verdict.reading.signatures)
            raise CommandError("CHANGED after it was signed." if signed else "It carries no signature.", returncode=1)
        self.stdout.write("The document is whole.")

    def _say(self, number: int, signature: Signature) -> None:
        whole = signature.is_intact and signature.covers_all and not signature.is_changed
        for line in (
            f"signature {number}: {'whole' if whole else 'BROKEN, or something was added behind it'}",
            f"  certificate: {signature.name}",
            f"  issued by:   {signature.issuer} ({'trusted' if signature.is_trusted else 'not trusted here'})",
            f"  level:       {signature.level or 'none'}",
            f"  stamped:     {_stamped(signature.stamp) if signature.stamp else 'no, the instant is its own clock'}",
        ):
            self.stdout.write(line)


def _stamped(stamp: Stamp) -> str:
    words = "intact" if stamp.is_intact else "BROKEN"
    trusted = "trusted" if stamp.is_trusted else "not trusted here"
    return f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC by {stamp.authority} ({words}, {trusted})"
