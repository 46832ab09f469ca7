"""The houses of the first portfolio, founded through the verbs of accounts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings

from clm.access.scope import every_organization, organization_scope
from clm.accounts.actors import actor_of_membership
from clm.accounts.founding import found_with_administrator
from clm.accounts.models import Membership, Organization
from clm.accounts.operations.invite_person import invite_person
from clm.accounts.operations.issue_token import issue_token
from clm.accounts.roles import Role
from clm.lib import clock
from clm.lib.actor import Actor
from clm.portfolio.houses import HOUSES, LEAD, LEAD_ROLES, House
from clm.portfolio.registry import Cast

TOKEN_SCOPES = (
    "accounts.*", "audit.*", "contracts.*", "slas.*", "obligations.*", "billing.*", "jobs.*", "notify.*",
)  # fmt: skip


def found_house(house: House, password_hash: str) -> Organization:
    """The organization with a person for each role and a lead with most of them; its mail is paused while loading."""
    found = Organization.objects.filter(slug=house.slug).first()
    if found is None:
        found, _administrator = found_with_administrator(
            name=house.name,
            slug=house.slug,
            email=house.email(Role.ADMINISTRATOR),
            person=house.people[Role.ADMINISTRATOR],
            time_zone=house.time_zone,
            currency=house.currency,
            holidays_country=house.holidays_country,
            mail_paused=True,
            password_hash=password_hash,
        )
    with organization_scope(found.pk):
        _invite_the_rest(house, password_hash)
    return found


def _invite_the_rest(house: House, password_hash: str) -> None:
    administrator = cast_of(house)[Role.ADMINISTRATOR]
    present = set(Membership.objects.values_list("user__email", flat=True))
    for role, name in house.people.items():
        if house.email(role) in present:
            continue
        roles = LEAD_ROLES if role == LEAD else (role,)
        invite_person(actor=administrator, email=house.email(role), name=name, roles=roles, password_hash=password_hash)


def cast_of(house: House) -> Cast:
    """Role -> actor, and "lead" -> the person with most roles. Within the organization's scope."""
    by_email = {m.user.email: m for m in Membership.objects.filter(removed_at=None).select_related("user")}
    actors = {role: by_email[house.email(role)] for role in house.people if house.email(role) in by_email}
    return {str(role): actor_of_membership(found, request_id="first-portfolio") for role, found in actors.items()}


def house_named(slug: str) -> House:
    return next(house for house in HOUSES if house.slug == slug)


def token_file() -> Path:
    """Where the secret of the token for trying lies: the database keeps only its hash."""
    place: Path = settings.VAR_DIR / "first-portfolio-token"
    return place


def keep_token_for_trying(lead: Actor) -> None:
    """The lead has a token for a year, and its secret lies in a file that only this account reads."""
    if token_file().exists():
        return
    expires_at = clock.now() + timedelta(days=365)
    _token, secret = issue_token(actor=lead, name="For trying the API", scopes=TOKEN_SCOPES, expires_at=expires_at)
    token_file().parent.mkdir(parents=True, exist_ok=True)
    token_file().touch(mode=0o600)
    token_file().write_text(secret)


def announce(text: str) -> None:
    """A line for whoever started `make run` (clm.embedded.run prints it); nothing where nobody did."""
    place: Path = settings.VAR_DIR / "run"
    if not place.is_dir():
        return
    news = place / "news.txt"
    news.touch(mode=0o600)
    with news.open("a") as lines:
        lines.write(f"{text}\n")


def houses_present() -> list[House]:
    """The houses that have been founded."""
    with every_organization():
        slugs = set(Organization.objects.values_list("slug", flat=True))
    return [house for house in HOUSES if house.slug in slugs]
