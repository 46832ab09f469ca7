"""What an organization says for all that is made in it."""

from __future__ import annotations

from uuid import UUID

from clm.accounts.models import Organization


def zone_of(organization_id: UUID) -> str:
    """The zone in which days are read where nothing says otherwise."""
    return Organization.objects.values_list("time_zone", flat=True).get(pk=organization_id)
