"""What a client says: the payloads of RFC 8555 7, and the envelope they travel in."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from certwright.acme.documents import Identifier
from certwright.acme.jwk import PrivateKey, PublicKey, encode, jwk
from certwright.acme.jws import sign, sign_mac

CONTENT_TYPE = "application/jose+json"
CHAIN_TYPE = "application/pem-certificate-chain"


def envelope(
    payload: Mapping[str, object] | None, key: PrivateKey, *, url: str, nonce: str, account: str = ""
) -> bytes:
    """A signed request (RFC 8555 6.2). Without a payload it is a POST-as-GET; without an account it carries the key."""
    who: dict[str, object] = {"kid": account} if account else {"jwk": jwk(key.public_key())}
    content = b"" if payload is None else _json(payload)
    return _json(sign({**who, "nonce": nonce, "url": url}, content, key))


def new_account(
    contacts: Sequence[str],
    *,
    terms_agreed: bool,
    existing_only: bool = False,
    binding: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """Asks for an account, or for the one the key has already (RFC 8555 7.3). `contacts` are mail addresses."""
    payload: dict[str, object] = {"termsOfServiceAgreed": terms_agreed}
    if contacts:
        payload["contact"] = mailtos(contacts)
    if existing_only:
        payload["onlyReturnExisting"] = True
    if binding is not None:
        payload["externalAccountBinding"] = dict(binding)
    return payload


def mailtos(contacts: Sequence[str]) -> list[str]:
    """Mail addresses as the URLs an account holds."""
    return [f"mailto:{address}" for address in contacts]


def account_binding(key: PublicKey, key_id: str, secret: bytes, url: str) -> dict[str, str]:
    """Ties an account key to an account the CA knows already (RFC 8555 7.3.4). `url` is that of new accounts."""
    return sign_mac({"kid": key_id, "url": url}, _json(jwk(key)), secret)


def key_change(account: str, old: PublicKey, new: PrivateKey, url: str) -> dict[str, str]:
    """Puts a new key in an account's old one's place: signed by the new key, to be signed by the old one (7.3.5)."""
    protected = {"jwk": jwk(new.public_key()), "url": url}
    return sign(protected, _json({"account": account, "oldKey": jwk(old)}), new)


def new_order(
    identifiers: Sequence[Identifier],
    *,
    profile: str = "",
    replaces: str = "",
    not_after: datetime | None = None,
) -> dict[str, object]:
    """Orders a certificate (RFC 8555 7.4), of a profile, in place of one that has that identifier (RFC 9773 5)."""
    payload: dict[str, object] = {"identifiers": [{"type": one.kind, "value": one.value} for one in identifiers]}
    payload |= {name: value for name, value in (("profile", profile), ("replaces", replaces)) if value}
    if not_after is not None:
        payload["notAfter"] = f"{not_after.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return payload


def finalize(request: bytes) -> dict[str, object]:
    """Hands in the certificate request, DER (RFC 8555 7.4)."""
    return {"csr": encode(request)}


def revocation(certificate: bytes, reason: int | None) -> dict[str, object]:
    """Revokes a certificate, DER (RFC 8555 7.6), with a reason code of RFC 5280 5.3.1 or none."""
    payload: dict[str, object] = {"certificate": encode(certificate)}
    return payload if reason is None else {**payload, "reason": reason}


DEACTIVATION: Mapping[str, object] = {"status": "deactivated"}  # of an account or an authorization (7.3.6, 7.5.2)


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode("utf-8")
