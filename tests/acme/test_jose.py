"""Keys, thumbprints and signatures: the RFCs' own examples, and Node.js as the other side."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.acme.jwk import algorithm, decode, encode, jwk, read_jwk, thumbprint
from certwright.acme.jws import read_jws, sign, sign_mac, verifies, verifies_mac
from certwright.acme.messages import account_binding, envelope, key_change
from certwright.errors import Refused, Unreadable

CASES = Path(__file__).parent.parent / "cases" / "acme"  # the examples of the RFCs
RSA, EC, EXAMPLE = (
    json.loads((CASES / f"{name}.json").read_text())
    for name in ("rfc7638-3.1-key", "rfc7515-a.3-key", "rfc7515-a.3-signature")
)
KEYS: dict[str, Any] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "RS256": rsa.generate_private_key(65537, 2048),
}
NODE = """
const crypto = require("crypto"), [mode, given] = process.argv.slice(1), told = JSON.parse(given)
const octets = (told) => Buffer.from(told, "base64url"), text = (told) => Buffer.from(told).toString("base64url")
const digest = told.alg === "RS256" ? "sha256" : "sha" + told.alg.slice(2)
if (mode === "verify") {
  const key = crypto.createPublicKey({key: told.jwk, format: "jwk"})
  const covered = Buffer.from(told.jws.protected + "." + told.jws.payload)
  console.log(crypto.verify(digest, covered, {key, dsaEncoding: "ieee-p1363"}, octets(told.jws.signature)))
} else {
  const head = text(JSON.stringify({alg: told.alg})), body = text("hello")
  const signature = crypto.sign(digest, Buffer.from(head + "." + body), {key: told.pem, dsaEncoding: "ieee-p1363"})
  console.log(JSON.stringify({protected: head, payload: body, signature: signature.toString("base64url")}))
}
"""


def node(mode: str, told: dict[str, object]) -> str:
    done = subprocess.run(
        ["node", "-e", NODE, "--", mode, json.dumps(told)], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_the_thumbprint_of_rfc_7638() -> None:
    assert thumbprint(read_jwk(RSA)) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_signature_of_rfc_7515() -> None:
    key = read_jwk(EC)
    assert verifies(read_jws(EXAMPLE), key)
    assert not verifies(read_jws({**EXAMPLE, "payload": EXAMPLE["payload"][:-4]}), key)
    assert not verifies(read_jws({**EXAMPLE, "signature": EXAMPLE["signature"][:-4]}), key)


@pytest.mark.parametrize("name", KEYS)
def test_node_believes_our_signatures_and_we_believe_its(name: str) -> None:
    key = KEYS[name]
    public = key.public_key()
    assert algorithm(public) == name
    assert read_jwk(jwk(public)).public_numbers() == public.public_numbers()
    ours = sign({"nonce": "n"}, b"hello", key)
    assert node("verify", {"alg": name, "jwk": jwk(public), "jws": ours}) == "true"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    theirs = read_jws(node("sign", {"alg": name, "pem": pem}).encode())
    assert theirs.payload == b"hello"
    assert verifies(theirs, public)
    assert not any(verifies(theirs, other.public_key()) for other in KEYS.values() if other is not key)


def test_the_header_does_not_choose_the_algorithm() -> None:
    """A public key must never be taken for a shared secret."""
    public = KEYS["RS256"].public_key()
    forged = read_jws(sign_mac({}, b"hello", json.dumps(jwk(public)).encode()))
    assert not verifies(forged, public)
    assert not verifies(read_jws(sign({"alg": "none"}, b"", KEYS["ES256"])), public)


def test_a_request_is_for_one_url_and_one_nonce() -> None:
    key = KEYS["ES256"]
    first = read_jws(envelope({}, key, url="https://ca/new", nonce="n1"))
    assert first.protected == {"alg": "ES256", "jwk": jwk(key.public_key()), "nonce": "n1", "url": "https://ca/new"}
    assert first.payload == b"{}"
    later = read_jws(envelope(None, key, url="https://ca/order", nonce="n2", account="https://ca/1"))
    assert later.protected == {"alg": "ES256", "kid": "https://ca/1", "nonce": "n2", "url": "https://ca/order"}
    assert later.payload == b""


def test_a_binding_holds_the_key_under_the_shared_secret() -> None:
    public = KEYS["ES256"].public_key()
    bound = read_jws(account_binding(public, "kid-1", b"s" * 32, "https://ca/new"))
    assert bound.protected == {"alg": "HS256", "kid": "kid-1", "url": "https://ca/new"}
    assert json.loads(bound.payload) == jwk(public)
    assert verifies_mac(bound, b"s" * 32)
    assert not verifies_mac(bound, b"t" * 32)


def test_an_exchange_is_signed_by_the_new_key_over_the_old() -> None:
    old, new = KEYS["RS256"].public_key(), KEYS["ES256"]
    inner = read_jws(key_change("https://ca/1", old, new, "https://ca/change"))
    assert inner.protected == {"alg": "ES256", "jwk": jwk(new.public_key()), "url": "https://ca/change"}
    assert json.loads(inner.payload) == {"account": "https://ca/1", "oldKey": jwk(old)}
    assert verifies(inner, new.public_key())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kty": "oct"}, "neither EC nor RSA"),
        ({"crv": "secp256k1"}, "P-256, P-384, P-521"),
        ({"x": EC["y"]}, "make no key"),
        ({"x": "AAAA"}, "32 octets"),
        ({"x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU="}, "Base64url"),
        ({"d": "AAAA"}, "private key"),
        ({"kty": "RSA", "n": encode(b"\xff" * 64), "e": "AQAB"}, "2048 to 8192 bits"),
        ({"kty": "RSA", "n": encode(b"\xff" * 4096), "e": "AQAB"}, "2048 to 8192 bits"),
    ],
)
def test_a_bad_key_is_unreadable(change: dict[str, str], words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read_jwk({**EC, **change})


@pytest.mark.parametrize(
    ("name", "number"), [("ES256", 379), ("ES256", 43), ("ES384", 197), ("ES384", 176), ("ES512", 273), ("ES512", 73)]
)
def test_a_key_whose_coordinate_begins_with_zeros_is_one_of_whole_length(name: str, number: int) -> None:
    """One key in 128 is such a one; these are x and y of the first few of each curve."""
    key = ec.derive_private_key(number, KEYS[name].curve)
    made = jwk(key.public_key())
    assert b"\0" in {decode(made[one], one)[:1] for one in "xy"}
    assert read_jwk(made) == key.public_key()
    jws = sign({"url": "https://ca/new"}, b"{}", key)
    assert node("verify", {"alg": name, "jwk": made, "jws": jws}) == "true"


def test_an_account_key_of_a_strange_curve_is_refused() -> None:
    with pytest.raises(Refused, match="secp256k1"):
        jwk(ec.generate_private_key(ec.SECP256K1()).public_key())


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_base64url_goes_there_and_back(octets: bytes) -> None:
    assert decode(encode(octets), "x") == octets


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=150)
@given(
    st.one_of(st.binary(max_size=300), st.fixed_dictionaries({}, optional=dict.fromkeys(EXAMPLE, JSON)).map(json.dumps))
)
def test_any_bytes_are_a_message_or_unreadable(content: bytes | str) -> None:
    try:
        read = read_jws(content if isinstance(content, bytes) else content.encode())
    except Unreadable:
        return
    assert not verifies(read, KEYS["ES256"].public_key())


@settings(max_examples=150)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: JSON | st.sampled_from(sorted({*EC.values(), *RSA.values()}))
            for name in ("kty", "crv", "x", "y", "n", "e")
        },
    )
)
def test_any_document_is_a_key_or_unreadable(document: dict[str, object]) -> None:
    try:
        assert jwk(read_jwk(document))["kty"] in ("EC", "RSA")
    except Unreadable as reason:
        said = str(reason)
        assert "jwk" in said
