from clm.access.registry import everyone_inside, register_system_actor, register_verbs, register_visibility
from clm.accounts.roles import Role
from clm.transfer.models import OrganizationExport

CARRIER = "carrier"


def register() -> None:
    administrators = {Role.ADMINISTRATOR}
    register_verbs(
        {
            "transfer.view_export": administrators,
            "transfer.export_organization": administrators,
            "transfer.download_export": administrators,
            "transfer.remove_export": administrators,
            "transfer.import_organization": set(),
        }
    )
    register_system_actor(
        CARRIER, {"transfer.export_organization", "transfer.remove_export", "transfer.import_organization"}
    )
    register_visibility(OrganizationExport, "transfer.view_export", everyone_inside)
