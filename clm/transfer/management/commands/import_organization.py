"""manage.py import_organization: an organization that another installation exported is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clm.access.scope import organization_scope
from clm.accounts.invitations import set_password_url
from clm.accounts.models import Membership, Organization
from clm.accounts.roles import Role
from clm.audit.verification import verified
from clm.lib.errors import DomainError
from clm.transfer.bringing import bring


class Command(BaseCommand):
    help = "Brings in an organization from a file of export_organization, or of the page Exports: all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--pause-mail", action="store_true", help="nothing is mailed from here until you say so")
        parser.add_argument(
            "--bind",
            nargs="+",
            action="extend",
            default=[],
            metavar="EMAIL",
            help="somebody who is here already, and may be in the organization as the file says",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                organization = bring(file, pause_mail=options["pause_mail"], bound=options["bind"])
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        except OSError as refusal:
            raise CommandError(f"Cannot read {options['file']}: {refusal.strerror}.", returncode=2) from refusal
        with organization_scope(organization.pk):
            self._verify(organization)
            self._invite(options["bind"])

    def _verify(self, organization: Organization) -> None:
        outcome = verified(organization.pk)
        for problem in [*(each.problem for each in outcome.chain), *(each.problem for each in outcome.seals)]:
            self.stderr.write(problem)
        verdict = "holds" if outcome.holds else "DOES NOT HOLD"
        self.stdout.write(f"{organization.name} is here. Its ledger of {outcome.entries} entries {verdict}.")

    def _invite(self, bound: list[str]) -> None:
        """No password came along: administrators set theirs by a link, everyone else asks for one at the sign-in. Who
        was here already has an account of their own."""
        known = {email.strip().lower() for email in bound}
        members = Membership.objects.filter(removed_at=None, roles__contains=[Role.ADMINISTRATOR])
        for member in members.select_related("user").order_by("user__email"):
            if not member.user.has_usable_password() and member.user.email.lower() not in known:
                self.stdout.write(f"{member.user.email} sets a password here: {set_password_url(member.user)}")
