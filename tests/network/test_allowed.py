"""Who may be asked: every special range of addresses is refused unless it was named as an address."""

import tomllib
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Refused
from certwright.network.allowed import PORTS, Allowed, allowed, naming
from certwright.network.kinds import kind_of

CASES = tomllib.loads((Path(__file__).parent.parent / "cases" / "network" / "addresses.toml").read_text("utf-8"))


@pytest.mark.parametrize("address", CASES["special"])
def test_a_special_address_is_reached_by_its_own_name_only(address: str) -> None:
    one = ip_address(address)
    assert kind_of(one).family not in ("public", "private")
    assert not allowed(["public", "pki.contoso.com"]).permits("pki.contoso.com", one, 80)
    assert allowed([address]).permits("pki.contoso.com", one, 80)


@pytest.mark.parametrize("address", CASES["private"])
def test_a_private_address_is_reached_when_its_host_was_named(address: str) -> None:
    one = ip_address(address)
    assert kind_of(one).family == "private"
    assert not allowed(["public"]).permits("pki.contoso.com", one, 80)
    assert not allowed(["*.contoso.org", "contoso.com"]).permits("pki.contoso.com", one, 80)
    assert allowed(["*.contoso.com"]).permits("pki.contoso.com", one, 80)
    assert allowed(["PKI.contoso.com."]).permits("pki.contoso.com", one, 80)


@pytest.mark.parametrize("address", CASES["public"])
def test_a_public_address_needs_a_rule_too(address: str) -> None:
    one = ip_address(address)
    assert kind_of(one).family == "public"
    assert not Allowed().permits("pki.contoso.com", one, 80)
    assert allowed(["public"]).permits("pki.contoso.com", one, 80)


@given(st.ip_addresses())
def test_what_python_calls_no_global_address_is_never_public(address: object) -> None:
    one = ip_address(str(address))
    assert one.is_global or kind_of(one).family != "public"


def test_ports_are_those_of_the_web_unless_named() -> None:
    one = ip_address("10.1.2.3")
    assert PORTS == (80, 443)
    assert not allowed(["pki.contoso.com"]).permits("pki.contoso.com", one, 8080)
    assert allowed(["pki.contoso.com:8080"]).permits("pki.contoso.com", one, 8080)
    assert not allowed(["pki.contoso.com:8080"]).permits("pki.contoso.com", one, 80)
    assert allowed(["10.0.0.0/8:8080"]).permits("x", one, 8080)
    assert allowed(["[fd00::/8]:8080"]).permits("x", ip_address("fd00::1"), 8080)
    assert not allowed(["public:22"]).permits("x", ip_address("8.8.8.8"), 80)


def test_a_name_is_looked_up_only_when_a_rule_may_fit() -> None:
    """A look-up tells whoever answers for the name."""
    named = allowed(["pki.contoso.com", "*.contoso.org"])
    assert named.resolvable("pki.contoso.com", 80)
    assert named.resolvable("a.b.contoso.org", 80)
    assert not named.resolvable("contoso.org", 80)
    assert not named.resolvable("evilcontoso.org", 80)
    assert not named.resolvable("pki.contoso.com", 8080)
    assert not named.resolvable("stranger.example", 80)
    assert not Allowed().resolvable("pki.contoso.com", 80)
    assert allowed(["10.0.0.0/8"]).resolvable("stranger.example", 80)


def test_an_address_of_the_other_family_never_fits() -> None:
    assert not allowed(["0.0.0.0/0"]).permits("x", ip_address("::ffff:10.0.0.1"), 80)
    assert not allowed(["::/0"]).permits("x", ip_address("10.0.0.1"), 80)


def test_localhost_means_loopback_when_somebody_names_it() -> None:
    assert allowed(["localhost"]).permits("localhost", ip_address("127.0.0.1"), 80)
    assert not allowed(["localhost"]).permits("localhost", ip_address("169.254.169.254"), 80)
    assert not allowed(["public"]).permits("localhost", ip_address("127.0.0.1"), 80)
    assert not allowed(["*.contoso.com"]).permits("localhost", ip_address("127.0.0.1"), 80)


def test_naming_a_server_permits_that_server_on_that_port() -> None:
    assert naming("portal.contoso.com", 8443).permits("portal.contoso.com", ip_address("10.0.0.1"), 8443)
    assert not naming("portal.contoso.com", 8443).permits("portal.contoso.com", ip_address("10.0.0.1"), 443)
    assert not naming("portal.contoso.com", 443).permits("other.contoso.com", ip_address("10.0.0.1"), 443)
    assert not naming("portal.contoso.com", 443).permits("portal.contoso.com", ip_address("127.0.0.1"), 443)
    assert naming("127.0.0.1", 443).permits("127.0.0.1", ip_address("127.0.0.1"), 443)
    assert naming("fe80::1", 443).rules[0].network == ip_network("fe80::1/128")


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "a b", "10.0.0.1/8", "10.0.0.0/33", "300.1.1.1", "http://pki.contoso.com",
             "pki.contoso.com/x", "a..b", "-a.com", "pki.contoso.com:70000", "user@pki.contoso.com", "1.2.3"]
)  # fmt: skip
def test_what_is_no_host_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(Refused, match="is no host and no network") as refusal:
        allowed([text])
    assert "10.0.0.0/8" in refusal.value.hint


@given(st.text())
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        allowed([text])
    except Refused:
        return
