"""Who takes in and gives out contracts of the open contracting world. The other side sees nothing of it."""

from clm.access.registry import everyone_inside, register_verbs, register_visibility, seen_through
from clm.accounts.roles import INSIDE, Role
from contracts.access import EDITORS
from contracts.models import Contract, OpenContract, OpenPublisher

VIEW = "contracts.view_open_contract"
PUBLISHERS = {Role.LEGAL, Role.ADMINISTRATOR}


def register() -> None:
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.import_open_contracts": EDITORS,
            "contracts.publish_contract": PUBLISHERS,
            "contracts.withdraw_publication": PUBLISHERS,
            "contracts.export_open_contracts": PUBLISHERS | {Role.INTEGRATION},
            "contracts.set_publisher": {Role.ADMINISTRATOR},
        }
    )
    register_visibility(OpenContract, VIEW, seen_through("contract", lambda: Contract))
    register_visibility(OpenPublisher, VIEW, everyone_inside)
