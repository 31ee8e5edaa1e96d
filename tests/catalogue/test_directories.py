"""Public CAs are known by the host of their ACME directory."""

import pytest

from certwright.catalogue.directories import is_public_directory, public_directory


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://acme-v02.api.letsencrypt.org/directory", "Let's Encrypt"),
        ("https://ACME-staging-v02.api.letsencrypt.org:443/directory", "Let's Encrypt"),
        ("https://acme.zerossl.com/v2/DV90", "ZeroSSL"),
        ("https://dv.acme-v02.api.pki.goog/directory", "Google Trust Services"),
        ("https://api.buypass.com/acme/directory", "Buypass"),
        ("https://acme.ssl.com/sslcom-dv-rsa", "SSL.com"),
        ("https://acme.ssl.com./sslcom-dv-rsa", "SSL.com"),
        ("https://acme.contoso.com/directory", ""),
        ("https://acme.ssl.com.contoso.com/", ""),
        ("https://notzerossl.com/", ""),
        ("https://contoso.com/?x=acme.ssl.com", ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_a_directory_is_public_by_its_host(url: str, name: str) -> None:
    assert public_directory(url) == name
    assert is_public_directory(url) is bool(name)
