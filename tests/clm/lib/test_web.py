"""Addresses that people name lead out of the house, never into it."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
from django.test import override_settings

from clm.lib.errors import Invalid
from clm.lib.web import Place, may_reach, read_address


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("https://metrics.example/", Place("https", "metrics.example", 443, "")),
        (" http://Metrics.Example.:9090/prometheus ", Place("http", "metrics.example", 9090, "/prometheus")),
        ("https://bücher.example/a/", Place("https", "xn--bcher-kva.example", 443, "/a")),
        ("https://[2606:4700::1111]:8443", Place("https", "2606:4700::1111", 8443, "")),
    ],
)
def test_an_address_is_read(text: str, place: Place) -> None:
    assert read_address(text) == place


def test_the_host_is_named_as_it_was_asked_for() -> None:
    named = [read_address(text).named for text in ("https://a.example", "http://a.example:9090", "https://[2606::1]:1")]
    assert named == ["a.example", "a.example:9090", "[2606::1]:1"]


@pytest.mark.parametrize(
    "text",
    [
        "", "metrics.example", "ftp://metrics.example", "https://", "https://a:b@metrics.example",
        "https://metrics.example/?q=1", "https://metrics.example/#x", "https://metrics.example:99999",
        "https://metrics.example/a b", "https://metrics.example/\n", "https://[1::2::3]", "https://" + "a" * 600,
        "http://127.0.0.1:9090", "http://[::1]", "http://[::ffff:10.0.0.1]", "http://169.254.169.254/latest",
        "http://0.0.0.0",
    ],
)  # fmt: skip
def test_another_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_address(text)
    assert refusal.value.code == "address_invalid"


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
        "255.255.255.255", "240.0.0.1", "::", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_reached_by_nobody(number: str) -> None:
    assert not may_reach([ip_address(number)])
    assert not may_reach([ip_address("1.1.1.1"), ip_address(number)])


def test_public_addresses_are_reached_and_named_networks_are_too() -> None:
    assert may_reach([ip_address("1.1.1.1"), ip_address("2606:4700::1111"), ip_address("::ffff:1.1.1.1")])
    with override_settings(OUTGOING_PRIVATE_NETWORKS=["10.20.0.0/16", "fd00:20::/32"]):
        assert may_reach([ip_address("10.20.3.4"), ip_address("::ffff:10.20.3.4"), ip_address("fd00:20::9")])
        assert not may_reach([ip_address("10.21.0.1")])
        assert not may_reach([ip_address("127.0.0.1")])
        assert read_address("http://10.20.3.4:9090").host == "10.20.3.4"


def test_numbers_in_other_spellings_are_looked_up_and_then_refused() -> None:
    """Resolvers read 127.1, 2130706433 and 0x7f.1 as 127.0.0.1: what counts is what they answer."""
    for spelt in ("127.1", "2130706433", "0x7f.1"):
        place = read_address(f"http://{spelt}:9090")
        [found, *_others] = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        assert not may_reach([ip_address(found[4][0])])
