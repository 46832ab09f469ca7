from clm.access.registry import register_verbs
from clm.accounts.roles import EVERYONE


def register() -> None:
    register_verbs({"dashboards.view_home": EVERYONE, "dashboards.search": EVERYONE})
