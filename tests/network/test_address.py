"""Addresses: what can be read in two ways is refused, and nothing else is raised."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certwright.errors import Refused
from certwright.network.address import endpoint, fetchable, is_endpoint


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("https://portal.contoso.com", "portal.contoso.com", 443, "https://portal.contoso.com"),
        ("HTTPS://Portal.Contoso.COM:443/a?b#c", "portal.contoso.com", 443, "https://portal.contoso.com"),
        ("tls://10.0.0.1:8883", "10.0.0.1", 8883, "tls://10.0.0.1:8883"),
        ("https://[FD00::0:1]:8443/", "fd00::1", 8443, "https://[fd00::1]:8443"),
        ("https://[::1]", "::1", 443, "https://[::1]"),
        ("https://bücher.example.", "xn--bcher-kva.example", 443, "https://xn--bcher-kva.example"),
    ],
)
def test_a_server_by_its_url(text: str, host: str, port: int, shown: str) -> None:
    one = endpoint(text)
    assert is_endpoint(text)
    assert (one.host, one.port, str(one)) == (host, port, shown)
    assert one.named is not (host[0].isdigit() or ":" in host)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://", "is no host name"),
        ("https://a b", "is no host name"),
        ("https://*.contoso.com", "is no host name"),
        ("https://contoso.com%00.evil.com", "is no host name"),
        ("https://[fe80::1%25eth0]", "is no host name"),
        ("https://user:geheim@contoso.com", "credentials"),
        ("https://contoso.com:0", "no port 0"),
        ("https://contoso.com:99999", "not an address"),
        ("https://contoso.com:x", "not an address"),
        ("https://[::1", "not an address"),
        ("https://contoso.com\n.evil.com", "control characters"),
        ("http://contoso.com", "expected https:// or tls://"),
        ("ldap://contoso.com", "expected https:// or tls://"),
    ],
)
def test_what_is_no_server_is_refused(text: str, told: str) -> None:
    with pytest.raises(Refused, match=told) as refusal:
        endpoint(text)
    assert "geheim" not in f"{refusal.value.what} {refusal.value.hint}"


@pytest.mark.parametrize(
    ("url", "host", "port", "target"),
    [
        ("http://pki.contoso.com", "pki.contoso.com", 80, "/"),
        (
            "http://pki.contoso.com/CertEnroll/Contoso CA(1).crl",
            "pki.contoso.com",
            80,
            "/CertEnroll/Contoso%20CA(1).crl",
        ),
        ("http://pki.contoso.com:8080/a%20b.crl?x=ü y", "pki.contoso.com", 8080, "/a%20b.crl?x=%C3%BC%20y"),
        ("http://0x7f.1/a", "0x7f.1", 80, "/a"),  # whatever the resolver makes of it is judged as an address
    ],
)
def test_an_http_address_taken_apart(url: str, host: str, port: int, target: str) -> None:
    one = fetchable(url)
    assert (one.host, one.port, one.target) == (host, port, target)


@pytest.mark.parametrize("url", ["https://a/b.crl", "ldap:///CN=a?b?c", "file:///etc/passwd", "ftp://a/b", "a.crl", ""])
def test_only_http_is_fetched(url: str) -> None:
    with pytest.raises(Refused):
        fetchable(url)


@given(st.text())
@example("http://[")
@example("http://\udcff/")
@example("http://a:٣/")
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for read in (endpoint, fetchable):
        for start in ("", "http://", "https://"):
            try:
                one = read(start + text)
            except Refused:
                continue
            assert one.host
            assert 0 < one.port < 65536
            assert f"{one}".isascii() or read is fetchable
