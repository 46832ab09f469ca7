"""The service contracts of the first portfolio: order forms whose sentences the other apps bind to.

Vendors, fees and figures are made up, but for the service level of GH-ENT-2022, which is measured by real outages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clm.lib.months import add_months

Tier = tuple[str, str | None, str]
PROVIDERS = frozenset({"meridian"})  # organizations that provide the service; the others buy it
RENEWAL_MONTHS = 12


@dataclass(frozen=True)
class ServiceContract:
    """One service under one contract, keyed by the contract's external reference.

    What the text says and what the rows say is written from here alone: fee, target, tiers, days, parties. `tiers` are
    (below, at or above, credit in %). The sentences stand verbatim in the contract's text.
    `started_months_ago` is counted from today; `started_on` wins where it is given (ISO). `limit_seconds` is what a
    slice must stay below; `aim` a higher target without credit from the second renewal on.
    """

    key: str
    organization: str
    title: str
    other_side: str
    service: str
    kind: str
    target: str
    window: str
    zone: str
    fee: Decimal
    currency: str
    tiers: tuple[Tier, ...]
    started_months_ago: int = 20
    started_on: str = ""
    initial_months: int = 12
    notice_days: int = 30
    claim_days: int = 60
    cap_percent: str = "100"
    limit_seconds: str = "5"
    report_day: int = 10
    aim: str = ""

    @property
    def we_provide(self) -> bool:
        return self.organization in PROVIDERS

    def starts_on(self, today: date) -> date:
        """The first day of the contract."""
        if self.started_on:
            return date.fromisoformat(self.started_on)
        return add_months(today.replace(day=1), -self.started_months_ago)

    def aims_from(self, starts_on: date) -> date:
        """The first day of the second renewal of a contract that started then."""
        return add_months(starts_on, self.initial_months + RENEWAL_MONTHS)

    def seller_and_buyer(self, ours: str) -> tuple[str, str]:
        """Who provides the service and who pays for it, by name."""
        return (ours, self.other_side) if self.we_provide else (self.other_side, ours)

    @property
    def sentence(self) -> str:
        name = self.service[0].upper() + self.service[1:]
        what = {
            "uptime": f"The Provider shall keep {self.service} available for at least {self.target} % of",
            "ratio": f"The Provider shall answer at least {self.target} % of requests to {self.service} without error "
            "in",
            "time_slice": f"{name} shall answer in less than {self.limit_seconds} s in at least {self.target} % "
            "of all five-minute slices of",
        }[self.kind]
        return f"{what} each calendar {self.window}."

    @property
    def fee_words(self) -> str:
        """Currency and amount as the contract writes them."""
        return f"{self.currency} {self.fee}"

    @property
    def fee_sentence(self) -> str:
        return f"The Customer pays {self.fee_words} for each month of {self.service}."

    @property
    def report_sentence(self) -> str:
        return f"The Provider sends the service report of each calendar month by day {self.report_day} of the next."

    @property
    def aim_sentence(self) -> str:
        if not self.aim:
            return "No higher level is agreed."
        return (
            f"From the second renewal on the Provider aims to keep {self.service} available for at least {self.aim} % "
            f"of each calendar {self.window}; missing this aim gives no credit."
        )

    @property
    def _credits(self) -> str:
        steps = [f"Below {below} % the credit is {share} % of the monthly fee." for below, _floor, share in self.tiers]
        cap = f"No more than {self.cap_percent} % of the monthly fee is credited for one {self.window}."
        return " ".join([*steps, "Only the lowest step that is reached counts.", cap])

    def cover(self, ours: str, today: date) -> str:
        """The order form as text with numbered clauses."""
        provider, customer = self.seller_and_buyer(ours)
        return f"""Order form {self.key}

Provider: {provider}. Customer: {customer}.

1. Service and fee

1.1 Service. The Provider provides {self.service} to the Customer.

1.2 Fee. {self.fee_sentence}

2. Service levels

2.1 Commitment. {self.sentence}

2.2 Credits. {self._credits}

2.3 Maintenance. Maintenance announced at least 48 hours before is left out of the calculation.

2.4 Claims. The Customer claims a credit within {self.claim_days} days after the end of the {self.window}.

2.5 Reports. {self.report_sentence}

2.6 Aim. {self.aim_sentence}

2.7 Time. Days, months and quarters are those of {self.zone}.

3. Term

3.1 Duration. This order starts on {self.starts_on(today)}, runs for {self.initial_months} months and renews for \
{RENEWAL_MONTHS} months at a time.

3.2 Notice. Either party may prevent the renewal by notice of {self.notice_days} days before the end of the term.

4. Standard terms
The standard terms that follow are part of this order form. Where they differ from it, this order form prevails; for \
service levels and credits clause 2 alone applies.
"""


TEN: tuple[Tier, ...] = (("99.9", "99", "10"), ("99", "95", "25"), ("95", None, "100"))
HALF: tuple[Tier, ...] = (("99.5", "99", "5"), ("99", "97", "15"), ("97", None, "30"))
STRICT: tuple[Tier, ...] = (("99.95", "99.9", "5"), ("99.9", "99", "10"), ("99", None, "30"))


def _contract(*values: object, **more: object) -> ServiceContract:
    return ServiceContract(*values, **more)  # type: ignore[arg-type]


SERVICE_CONTRACTS: tuple[ServiceContract, ...] = (
    _contract(
        "GH-ENT-2022", "northwind", "GitHub Enterprise Cloud", "GitHub, Inc.", "GitHub Enterprise Cloud", "uptime",
        "99.9", "quarter", "UTC", Decimal("8400.00"), "USD", (("99.9", "99", "10"), ("99", None, "25")),
        started_on="2022-01-01",
    ),
    _contract("CIR-2044", "northwind", "Order platform hosting", "Cirrus Hosting GmbH", "the order platform", "uptime",
              "99.9", "month", "Europe/Berlin", Decimal("12500.00"), "EUR", TEN, started_months_ago=22, aim="99.95"),
    _contract("HEX-7781", "northwind", "Payment gateway", "Hexagon Payments Ltd", "the payment gateway", "ratio",
              "99.95", "month", "Europe/London", Decimal("7250.00"), "GBP", STRICT, started_months_ago=11),
    _contract("LUM-0310", "northwind", "Store network", "Lumen Networks SAS", "the store network", "uptime",
              "99.5", "month", "Europe/Paris", Decimal("4380.50"), "EUR", HALF, started_months_ago=35, notice_days=90),
    _contract("OST-5512", "northwind", "Demand forecasting", "Ostara Analytics AG", "demand forecasting", "time_slice",
              "99.5", "month", "Europe/Zurich", Decimal("3900.00"), "CHF", HALF, started_months_ago=8),
    _contract("PIN-8802", "northwind", "Warehouse scanners", "Pinewood Devices KK", "the scanner service", "uptime",
              "99.9", "month", "Asia/Tokyo", Decimal("480000"), "JPY", TEN, started_months_ago=16, notice_days=60),
    _contract("QUI-1120", "northwind", "Customer identity", "Quill Identity Inc.", "the identity service", "ratio",
              "99.95", "quarter", "America/New_York", Decimal("6100.00"), "USD", STRICT, started_months_ago=19),
    _contract("RAV-9003", "northwind", "Backup and archive", "Raven Storage Oy", "the backup service", "uptime",
              "99.5", "quarter", "Europe/Helsinki", Decimal("2150.00"), "EUR", HALF, started_months_ago=27),
    _contract("SOL-4410", "northwind", "Supplier portal", "Solstice Portals SL", "the supplier portal", "uptime",
              "99.9", "month", "Europe/Madrid", Decimal("2900.00"), "EUR", TEN, started_months_ago=5),
    _contract("TAN-2207", "northwind", "Temperature telemetry", "Tangent Sensors ApS", "temperature telemetry",
              "time_slice", "99.5", "month", "Europe/Copenhagen", Decimal("15800.00"), "DKK", HALF,
              started_months_ago=14),
    _contract("MER-C-101", "meridian", "Compute for Northwind Foods", "Northwind Foods", "managed compute", "uptime",
              "99.95", "month", "Europe/Dublin", Decimal("18900.00"), "EUR", STRICT, started_months_ago=18),
    _contract("MER-C-102", "meridian", "Object store for Harbour Press", "Harbour Press Ltd", "the object store",
              "ratio", "99.95", "month", "Europe/London", Decimal("5400.00"), "GBP", STRICT, started_months_ago=13),
    _contract("MER-C-103", "meridian", "Mail relay for Civic Data", "Civic Data eG", "the mail relay", "uptime",
              "99.5", "month", "Europe/Berlin", Decimal("1250.00"), "EUR", HALF, started_months_ago=25),
)  # fmt: skip
