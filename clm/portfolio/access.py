from clm.access.registry import register_system_actor

LOADER = "portfolio_loader"


def register() -> None:
    register_system_actor(LOADER, {"notify.settle_inboxes"})
