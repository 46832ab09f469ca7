"""Asking addresses that a person of an organization named: never into this installation's own network by accident."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from clm.lib.errors import Invalid
from clm.lib.outside import outside_transactions

LONGEST_ADDRESS = 500
PIECE = 64 * 1024
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Unreachable(OSError):
    """Nothing came back that could be used; the text says why, for the person who named the address."""


@dataclass(frozen=True)
class Place:
    """Where an address leads: nothing of it names a person or a secret."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"

    @property
    def named(self) -> str:
        """As the Host header names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_encrypted else 80) else f"{host}:{self.port}"


@dataclass(frozen=True)
class Fetched:
    """What came back, whatever its status; redirects are answers like others and are not followed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read_address(text: str) -> Place:
    """Where a web address leads. Raises Invalid `address_invalid`: no https or http, a name or password within, a
    query or fragment, or a network that is not to be reached where it names one by number."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode() if parts.hostname else ""
    except (ValueError, UnicodeError):
        raise _invalid("This is no web address.") from None
    if parts.scheme not in ("https", "http") or not host or len(text) > LONGEST_ADDRESS or not text.isprintable():
        raise _invalid("A web address begins with https:// or http:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise _invalid("Name and password do not belong into the address.")
    if parts.query or parts.fragment or " " in text.strip():
        raise _invalid("The address ends with its path.")
    if not may_reach(_numbers(host)):
        raise _invalid("This address lies in a network that is not to be reached from here.")
    return Place(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), parts.path.rstrip("/"))


def may_reach(addresses: Iterable[IP]) -> bool:
    """Whether all of them are public, or within a network that the operator allows (OUTGOING_PRIVATE_NETWORKS)."""
    return all(_is_public(each) or _is_allowed(each) for each in addresses)


def fetch(
    place: Place, path: str, *, method: str = "GET", headers: Mapping[str, str], body: bytes, seconds: float, most: int
) -> Fetched:
    """The answer, within so many seconds in all, at most `most` bytes. Raises Unreachable. Outside of transactions.

    The name is looked up once, and the connection goes to the address that was checked: a name that leads elsewhere a
    moment later leads nowhere.
    """
    outside_transactions("another system is asked")
    until = time.monotonic() + seconds
    connection = _Pinned(place, _address_of(place), seconds)
    sent = {"Host": place.named, "Accept-Encoding": "identity", "Connection": "close", **headers}
    cut = threading.Timer(seconds, connection.cut)
    cut.daemon = True
    cut.start()
    try:
        connection.request(method, place.path + path, body=body or None, headers=sent)
        answer = connection.getresponse()
        return Fetched(answer.status, {k.lower(): v for k, v in answer.getheaders()}, _read(answer, until, most))
    except (OSError, http.client.HTTPException) as fault:
        if isinstance(fault, TimeoutError) or time.monotonic() >= until:
            raise Unreachable(f"There was no whole answer within {seconds:g} seconds.") from None
        raise fault if isinstance(fault, Unreachable) else Unreachable(_reason(fault)) from None
    finally:
        cut.cancel()
        connection.close()


def _read(answer: http.client.HTTPResponse, until: float, most: int) -> bytes:
    """All of it, or Unreachable: an answer that was cut off is none, however well its beginning reads."""
    body = bytearray()
    while piece := answer.read1(PIECE):
        body += piece
        if len(body) > most:
            raise Unreachable(f"The answer has more than {most} bytes.")
    if time.monotonic() >= until:
        raise TimeoutError
    said = answer.headers.get("Content-Length")
    if said is not None and not answer.chunked and said != str(len(body)):
        raise Unreachable("The answer was cut off.")
    return bytes(body)


def _address_of(place: Place) -> IP:
    """The first address of the name, if all of them may be reached: else a second one would be a way round."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError:
        raise Unreachable(f"The name {place.host} is not known.") from None
    addresses = [ipaddress.ip_address(str(each[4][0]).split("%")[0]) for each in found]
    if not addresses or not may_reach(addresses):
        raise Unreachable("This address lies in a network that is not to be reached from here.")
    return addresses[0]


def _numbers(host: str) -> list[IP]:
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        return []


def _is_public(address: IP) -> bool:
    """By what it stands for: IPv4 in IPv6's clothes counts as IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return _is_public(inner)
        if address in _TRANSLATED:
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast and not address.is_reserved


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def _is_allowed(address: IP) -> bool:
    plain = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped else address
    networks: list[Network] = [ipaddress.ip_network(each) for each in settings.OUTGOING_PRIVATE_NETWORKS]
    return any(plain.version == network.version and plain in network for network in networks)


def _reason(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLError):
        return f"The connection cannot be trusted: {fault.reason or 'TLS failed'}."
    if isinstance(fault, http.client.HTTPException):
        return "The answer is no HTTP."
    return f"The connection failed: {fault.__class__.__name__}."


def _invalid(text: str) -> Invalid:
    return Invalid("address_invalid", "The address cannot be used.", fields={"address": [text]})


class _Pinned(http.client.HTTPConnection):
    """A connection to one address under the name that was asked for."""

    def __init__(self, place: Place, address: IP, seconds: float) -> None:
        super().__init__(place.host, place.port, timeout=seconds)
        self._place, self._address = place, address

    def connect(self) -> None:
        self.sock = socket.create_connection((str(self._address), self._place.port), self.timeout)
        if self._place.is_encrypted:
            context = ssl.create_default_context()
            shaken = context.wrap_socket(self.sock, server_hostname=self._place.host, do_handshake_on_connect=False)
            self.sock = shaken
            shaken.do_handshake()

    def cut(self) -> None:
        """Whoever waits for a byte on it waits no longer: one that sends a byte now and then would never be too slow,
        for each of them begins its wait anew."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)
