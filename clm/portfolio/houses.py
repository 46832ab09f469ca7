"""The two organizations of the first portfolio and who works there. Addresses end in .example: nobody has them."""

from __future__ import annotations

from dataclasses import dataclass, field

from clm.accounts.roles import Role

# Everyone's password in the first portfolio. It opens nothing elsewhere: production settings refuse to load it.
PASSWORD = "first-portfolio"  # noqa: S105
LEAD = "lead"
LEAD_ROLES = (
    Role.LEGAL, Role.PROCUREMENT, Role.ACCOUNT_MANAGER, Role.APPROVER, Role.FINANCE, Role.ADMINISTRATOR,
    Role.INTEGRATION,
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """An organization and a name for the person of each role."""

    slug: str
    name: str
    time_zone: str
    currency: str
    holidays_country: str
    people: dict[str, str] = field(default_factory=dict)

    def email(self, role: str) -> str:
        return f"{role.replace('_', '-')}@{self.slug}.example"


NORTHWIND = House(
    "northwind", "Northwind Foods", "Europe/Berlin", "EUR", "DE",
    {
        Role.LEGAL: "Lena Brandt", Role.PROCUREMENT: "Paul Okafor", Role.ACCOUNT_MANAGER: "Aiko Mori",
        Role.APPROVER: "Andrés Vega", Role.FINANCE: "Farah Haddad", Role.EXECUTIVE: "Edith Sommer",
        Role.AUDITOR: "Audun Lie", Role.ADMINISTRATOR: "Ada Novak", Role.INTEGRATION: "Northwind systems",
        Role.COUNTERPARTY: "Carla Rossi", LEAD: "Lotte Jansen",
    },
)  # fmt: skip
MERIDIAN = House(
    "meridian", "Meridian Cloud", "America/New_York", "USD", "US",
    {
        Role.LEGAL: "Louis Grant", Role.PROCUREMENT: "Priya Nair", Role.ACCOUNT_MANAGER: "Amara Cole",
        Role.APPROVER: "Alan Reyes", Role.FINANCE: "Fiona Walsh", Role.EXECUTIVE: "Emil Stone",
        Role.AUDITOR: "Aya Cohen", Role.ADMINISTRATOR: "Abel Ortiz", Role.INTEGRATION: "Meridian systems",
        Role.COUNTERPARTY: "Chen Li", LEAD: "Leah Moreno",
    },
)  # fmt: skip
HOUSES = (NORTHWIND, MERIDIAN)
