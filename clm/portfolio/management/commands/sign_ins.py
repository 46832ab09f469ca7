"""manage.py sign_ins: who can sign in to the first portfolio, by role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from clm.accounts.roles import Role
from clm.portfolio.houses import LEAD, PASSWORD, House
from clm.portfolio.people import houses_present, token_file


class Command(BaseCommand):
    help = "Prints the sign-ins of the first portfolio; nothing where it may not be loaded."

    def handle(self, *args: Any, **options: Any) -> None:
        houses = houses_present() if settings.FIRST_PORTFOLIO_ALLOWED else []
        if not houses:
            return
        self.stdout.write(f"Everyone's password: {PASSWORD}")
        for house in houses:
            self._list(house)
        if token_file().exists():
            self.stdout.write(f"API token ({houses[0].email(LEAD)}): {token_file().read_text()}")
        else:
            self.stdout.write("An API token for trying is printed here once the portfolio has loaded.")

    def _list(self, house: House) -> None:
        self.stdout.write(f"{house.name}:")
        for role in house.people:
            label = "Several roles" if role == LEAD else str(Role(role).label)
            self.stdout.write(f"  {label:<16} {house.email(role)}")
