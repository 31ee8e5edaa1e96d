"""Issuers of kind acme: read with defaults, every mistake at once, each at its line, no secret in the file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Mistake, Mistakes
from certwright.manifest.acme import AcmeSettings, ChallengeWish, read_acme
from certwright.manifest.reading import Reading
from certwright.manifest.tree import read_tree
from certwright.model import KeySpec

GOOD = """kind: acme
directory: https://acme.contoso.com/directory
terms_agreed: true
challenge: http-01
"""


def read(text: str) -> tuple[AcmeSettings, list[Mistake]]:
    reading = Reading("contoso.yaml")
    return read_acme(reading, read_tree(text, "contoso.yaml")), reading.mistakes


def test_little_needs_to_be_said() -> None:
    found, mistakes = read(GOOD)
    assert not mistakes
    assert found == AcmeSettings("https://acme.contoso.com/directory")
    assert found.challenge == ChallengeWish("http-01", ("", 80))
    assert found.account_key == KeySpec("ec", 256)


def test_everything_that_can_be_said_is_read() -> None:
    found, mistakes = read(
        """kind: acme
directory: https://acme.contoso.com:8443/directory
trust: pki/web-root.pem
anchor: pki/root.cer
contact: [pki@contoso.com, second@contoso.com]
terms_agreed: true
eab: {key_id: kid-1, file: eab.key}
profile: shortlived
account_key: rsa-3072
chain: Contoso Root X2
dates: true
hosts: [acme-data.contoso.com]
challenge:
  kind: dns-01
  server: "[2001:db8::53]:5353"
  zone: acme.contoso.com.
  key: tsig.key
  seen_at: [10.0.0.53, "ns2.contoso.com:54"]
  wait: 300
"""
    )
    assert not mistakes
    assert found == AcmeSettings(
        directory="https://acme.contoso.com:8443/directory",
        trust="pki/web-root.pem",
        anchor="pki/root.cer",
        contacts=("pki@contoso.com", "second@contoso.com"),
        challenge=ChallengeWish(
            kind="dns-01",
            server=("2001:db8::53", 5353),
            zone="acme.contoso.com",
            key="tsig.key",
            seen_at=(("10.0.0.53", 53), ("ns2.contoso.com", 54)),
            wait=300,
        ),
        binding_id="kid-1",
        binding_file="eab.key",
        profile="shortlived",
        account_key=KeySpec("rsa", 3072),
        chain="Contoso Root X2",
        dates=True,
        hosts=("acme-data.contoso.com",),
    )
    assert found.files == ("pki/web-root.pem", "pki/root.cer", "eab.key", "tsig.key")


@pytest.mark.parametrize(
    ("challenge", "wish"),
    [
        ("{kind: http-01, webroot: /var/www}", ChallengeWish("http-01", webroot="/var/www")),
        ("{kind: http-01, listen: ':8080'}", ChallengeWish("http-01", ("", 8080))),
        ("tls-alpn-01", ChallengeWish("tls-alpn-01", ("", 443))),
        ("{kind: tls-alpn-01, listen: 10.0.0.1}", ChallengeWish("tls-alpn-01", ("10.0.0.1", 443))),
        ("{kind: dns-01, hook: [/bin/dns, --zone, x y]}", ChallengeWish("dns-01", hook=("/bin/dns", "--zone", "x y"))),
        ("{kind: dns-01, server: ns1.contoso.com}", ChallengeWish("dns-01", server=("ns1.contoso.com", 53))),
    ],
)
def test_challenges(challenge: str, wish: ChallengeWish) -> None:
    found, mistakes = read(GOOD.replace("challenge: http-01", f"challenge: {challenge}"))
    assert not mistakes
    assert found.challenge == wish


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("https://acme.contoso.com/directory", "http://acme.contoso.com", 2, "a directory is an https address"),
        ("directory: https://acme.contoso.com/directory\n", "", 1, "lacks directory"),
        ("terms_agreed: true", "terms_agreed: false", 3, "nobody has agreed"),
        ("terms_agreed: true", "terms_agreed: yes please", 3, "terms_agreed must be true or false"),
        ("terms_agreed: true\n", "", 1, "nobody has agreed"),
        ("challenge: http-01\n", "", 1, "lacks challenge"),
        ("http-01", "http-02", 4, "no such challenge"),
        ("http-01", "{kind: http-01, hook: [x]}", 4, "http-01 has no option hook"),
        ("http-01", "{kind: http-01, listen: ':80', webroot: x}", 4, "nothing of ours listens"),
        ("http-01", "{kind: http-01, listen: 'a:b'}", 4, "listen is no host and port"),
        ("http-01", "{kind: http-01, listen: ':70000'}", 4, "listen is no host and port"),
        ("http-01", "dns-01", 4, "dns-01 needs hook or server"),
        ("http-01", "{kind: dns-01, hook: [x], server: y}", 4, "dns-01 needs hook or server"),
        ("http-01", "{kind: dns-01, hook: [x], key: y}", 4, "key belongs to server"),
        ("http-01", "{kind: dns-01, server: ':53'}", 4, "server is no host and port"),
        ("http-01", "{kind: dns-01, hook: [x], wait: 0}", 4, "wait must be a number"),
        ("http-01", "http-01\naccount_key: ec-521", 5, "no such account key"),
        ("http-01", "http-01\ncontact: mailto:pki@contoso.com?x", 5, "contact does not fit"),
        ("http-01", "http-01\neab: {key_id: x}", 5, "eab lacks file"),
        ("http-01", "http-01\neab: {key_id: x, file: y, secret: z}", 5, "eab has no key secret"),
        ("http-01", "http-01\nhosts: ['https://x']", 5, "hosts does not fit"),
        ("http-01", "http-01\norganization: Contoso", 5, "has no key organization"),
    ],
)
def test_every_mistake_is_said_at_its_line(old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    _, mistakes = read(GOOD.replace(old, new))
    assert [words in mistake.what and mistake.line == line for mistake in mistakes].count(True) == 1, mistakes
    assert all(mistake.expected for mistake in mistakes)


def test_a_key_that_is_written_into_the_file_is_not_repeated() -> None:
    _, mistakes = read(GOOD + "eab: {key_id: x, file: y, mac: zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG4}\n")
    assert mistakes
    assert not any("zWNDZM6e" in str(mistake) for mistake in mistakes)


@settings(max_examples=200, deadline=2000)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_with_mistakes(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    text = GOOD[:at] + data.draw(st.text(max_size=6)) + GOOD[at + data.draw(st.integers(0, 20)) :]
    try:
        found, mistakes = read(text)
    except Mistakes:
        return
    assert mistakes or found.directory.startswith("https://")
