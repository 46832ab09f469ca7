"""manage.py create_organization: the first organization of an installation, and its administrator."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clm.accounts.founding import found_with_administrator
from clm.accounts.invitations import set_password_url
from clm.lib.errors import DomainError


class Command(BaseCommand):
    help = "Makes an organization and its first administrator, and prints the link to set a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name, for example northwind")
        parser.add_argument("name", help="full name, for example 'Northwind Foods'")
        parser.add_argument("email", help="e-mail address of the first administrator")
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--currency", default="EUR")
        parser.add_argument("--holidays-country", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("slug", "name", "email", "time_zone", "currency", "holidays_country")
        try:
            organization, administrator = found_with_administrator(**{name: options[name] for name in names})
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{organization.name} is there. {administrator.user.email} administers it.")
        if not administrator.user.has_usable_password():
            self.stdout.write(f"Set the password here: {set_password_url(administrator.user)}")
