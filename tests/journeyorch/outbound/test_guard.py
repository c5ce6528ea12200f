"""Which URLs and addresses are let through. Names are resolved by a fake, and nothing is ever connected."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network

import pytest

from journeyorch.outbound.addresses import is_public
from journeyorch.outbound.client import Failure, Request, exchange
from journeyorch.outbound.connections import Network
from journeyorch.outbound.guard import Policy, Refused, check_url

CLOSED = Policy()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.9.1", "168.63.129.16",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
        "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "::ffff:0:8.8.8.8",
        "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1",
        "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "5f00::1",
    ],
)  # fmt: skip
def test_special_addresses_are_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00::1"]
)
def test_other_addresses_are_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "", "api.example", "//api.example/", "ftp://api.example/", "file:///etc/passwd", "gopher://x/", "http://",
        "https:///path", "https://api.example:8080/", "https://api.example:22/", "https://api.example:99999/",
        "https://api.example:x/", "https://user@api.example/", "https://user:pw@api.example/",
        "https://api.example\\@evil.example/", "https://api exa.example/", "https://api.example/\n",
        "http://127.0.0.1/", "http://8.8.8.8/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1%25eth0]/",
        "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://1.2.3.4./",
        "http://a..b/", "http://-a.example/", "http://a_b\x00.example/", "http://" + "a" * 64 + ".example/",
        "https://api.example/" + "a" * 8000, "http://[::1/", "http://xn--\u00e9/",
    ],
)  # fmt: skip
def test_urls_that_are_refused_by_their_text(url):
    with pytest.raises(Refused):
        check_url(url, CLOSED)


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("https://API.Example", "https://api.example", "/"),
        ("https://api.example:443/a?b=c#d", "https://api.example", "/a?b=c"),
        ("http://api.example:443/", "http://api.example:443", "/"),
        ("https://bücher.example/ä?ö=ü", "https://xn--bcher-kva.example", "/%C3%A4?%C3%B6=%C3%BC"),
        ("https://api.example/a%20b", "https://api.example", "/a%20b"),
        ("https://api.example?x=1", "https://api.example", "/?x=1"),
    ],
)
def test_a_url_is_taken_apart(url, origin, path):
    target = check_url(url, CLOSED)
    assert (str(target.origin), target.path) == (origin, path)


@pytest.mark.parametrize(
    ("hosts", "networks", "url", "allowed"),
    [
        (["127.0.0.1"], [], "http://127.0.0.1:9000/", True),
        (["127.0.0.1:9000"], [], "http://127.0.0.1:9000/", True),
        (["127.0.0.1:9000"], [], "http://127.0.0.1:9001/", False),
        (["crm.internal:8080"], [], "http://crm.internal:8080/", True),
        (["crm.internal:8080"], [], "http://crm.internal.evil.example:8080/", False),
        (["[::1]:9000"], [], "http://[::1]:9000/", True),
        ([], ["10.0.0.0/8"], "http://10.1.2.3:9000/", True),
        ([], ["10.0.0.0/8"], "http://11.1.2.3/", False),
    ],
)
def test_the_operator_opens_hosts_and_networks(hosts, networks, url, allowed):
    policy = Policy(frozenset(hosts), tuple(map(ip_network, networks)))
    if allowed:
        check_url(url, policy)
    else:
        with pytest.raises(Refused):
            check_url(url, policy)


class FakeNetwork:
    """Resolves every name to the given addresses; remembers connections instead of making them."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.connected: list[tuple[str, int]] = []

    def ask(self, url: str, policy: Policy = CLOSED) -> str:
        answer = exchange(
            Request("GET", url), timeout=60, policy=policy, network=Network(self._resolve, self._connect)
        )
        assert isinstance(answer, Failure)
        return answer.reason

    def _resolve(self, host: str, port: int) -> list[str]:
        return list(self.addresses)

    def _connect(self, address: str, port: int, timeout: float) -> socket.socket:
        self.connected.append((address, port))
        raise ConnectionRefusedError


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:8.8.8.8"], ["8.8.8.8", "10.0.0.1"], ["nonsense"]],
)
def test_a_name_that_leads_inside_is_refused_before_any_connection(addresses):
    network = FakeNetwork(*addresses)
    assert network.ask("https://api.example/") == "refused"
    assert network.connected == []


def test_the_connection_goes_to_the_address_that_was_checked_and_to_each_in_turn():
    network = FakeNetwork("8.8.8.8", "2606:4700::1")
    assert network.ask("https://api.example/") == "connect"
    assert network.connected == [("8.8.8.8", 443), ("2606:4700::1", 443)]


def test_a_name_that_changes_its_meaning_is_asked_again_and_refused():
    """Rebinding: the first answer is public, the next one is not."""
    network = FakeNetwork("8.8.8.8")
    assert network.ask("https://api.example/") == "connect"
    network.addresses = ("169.254.169.254",)
    assert network.ask("https://api.example/") == "refused"
    assert network.connected == [("8.8.8.8", 443)]


def test_a_host_that_the_operator_opened_may_be_internal():
    network = FakeNetwork("10.0.0.1")
    assert network.ask("http://crm.internal:8080/", Policy(frozenset({"crm.internal:8080"}))) == "connect"
    assert network.connected == [("10.0.0.1", 8080)]


def test_a_network_that_the_operator_opened_is_open_to_names_on_any_port():
    network = FakeNetwork("10.0.0.1")
    policy = Policy(networks=(ip_network("10.0.0.0/8"),))
    assert network.ask("http://crm.internal:8080/", policy) == "connect"
    assert network.connected == [("10.0.0.1", 8080)]


def test_a_network_that_the_operator_opened_opens_no_ports_elsewhere():
    network = FakeNetwork("8.8.8.8")
    assert network.ask("http://api.example:8080/", Policy(networks=(ip_network("10.0.0.0/8"),))) == "refused"
    assert network.connected == []
