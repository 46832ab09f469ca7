from clm.access.registry import everyone_inside, register_verbs, register_visibility
from clm.accounts.roles import Role
from clm.events.models import Delivery, OutboxEvent


def register() -> None:
    register_verbs({"events.view_delivery": {Role.ADMINISTRATOR}, "events.replay_delivery": {Role.ADMINISTRATOR}})
    register_visibility(Delivery, "events.view_delivery", everyone_inside)
    register_visibility(OutboxEvent, "events.view_delivery", everyone_inside)
