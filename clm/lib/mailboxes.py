"""Whether two e-mail addresses lead to the same person's mail."""

from __future__ import annotations


def mailbox_of(address: str) -> str:
    """The same for every way in which an address may be written: in capitals or not, with quotes, with a tag behind a
    plus sign, with a domain in its own letters or as the network has it."""
    name, _at, domain = address.strip().lower().rpartition("@")
    name = name.strip('"')
    return f"{name.partition('+')[0] or name}@{_plain(domain)}"


def _plain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
