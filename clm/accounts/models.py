"""Organizations, the people in them with their roles, and the tokens that act for integrations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow, UUIDv7
from clm.accounts.roles import Role


class Organization(models.Model):
    """A company that uses Covenant. Everything else belongs to exactly one."""

    id = models.UUIDField(primary_key=True, db_default=UUIDv7(), editable=False)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    holidays_country = models.CharField(_("holidays of"), max_length=8, blank=True)
    mail_paused = models.BooleanField(_("mail is paused"), default=False)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who signs in with an e-mail address; without a password only after a reset."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do follows from their memberships, never from flags here."""

    id = models.UUIDField(primary_key=True, db_default=UUIDv7(), editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email


class Membership(OrganizationRow):
    """A person in an organization, with the roles they have there."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    roles = ArrayField(models.CharField(max_length=24, choices=Role.choices), verbose_name=_("roles"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_per_person"),
            models.CheckConstraint(condition=models.Q(roles__len__gt=0), name="membership_has_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organization_id}"

    @property
    def role_names(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]


class ApiToken(OrganizationRow):
    """A secret an integration signs in with. Only its sha256 is kept; it is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    key_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=80), verbose_name=_("scopes"))
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Team(OrganizationRow):
    """A named group of people: a department, a board, or any other. Approvals and contracts refer to it, not to whoever
    is in it at the time."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("Department")
        BOARD = "board", _("Board")
        GROUP = "group", _("Group")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.DEPARTMENT)
    lead = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "name"], name="team_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/teams/{self.pk}/"


class TeamMember(OrganizationRow):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "user"], name="team_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


class Delegation(OrganizationRow):
    """While somebody is away, from `starts_at` on and before `ends_at`, another decides for them, within the limits:
    up to an amount in a currency (null: any), of some kinds of contract (none named: all). It does not chain: who acts
    for somebody does not hand that on."""

    absentee = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("away"))
    delegate = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("decides meanwhile"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    limit_amount = models.DecimalField(_("up to"), max_digits=18, decimal_places=4, null=True, blank=True)
    limit_currency = models.CharField(_("currency"), max_length=3, blank=True)
    categories = ArrayField(models.CharField(max_length=16), default=list, blank=True, verbose_name=_("only for types"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(_("ended early"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(absentee=models.F("delegate")), name="delegation_to_somebody_else"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="delegation_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=models.Q(limit_amount=None) | models.Q(limit_currency__regex=r"^[A-Z]{3}$"),
                name="delegation_limit_has_currency",
            ),
            ExclusionConstraint(
                name="delegation_one_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("absentee", RangeOperators.EQUAL),
                    (models.Func("starts_at", "ends_at", function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(revoked_at=None),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["delegate", "ends_at"], name="delegation_of_delegate"),
        ]

    def __str__(self) -> str:
        return f"{self.delegate_id} for {self.absentee_id}"

    def is_running(self, at: datetime) -> bool:
        return self.revoked_at is None and self.starts_at <= at < self.ends_at
