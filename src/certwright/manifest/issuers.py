"""The issuers of a deployment file: what is said about them, and what is not said filled in."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Literal, cast

from certwright.errors import Refused
from certwright.manifest.common import ISSUER, ISSUER_KINDS, OUTSIDE_KINDS
from certwright.manifest.lists import read_lists
from certwright.manifest.outside import read_outside
from certwright.manifest.reading import Reading
from certwright.manifest.tree import Spot
from certwright.model import Draft, IssuerWish, KeySpec
from certwright.speech import tr
from certwright.x509.name import escape, parse_name

YEAR = timedelta(days=365, hours=6)
MOST_ORGANIZATION = 64  # ub-organization-name, RFC 5280 appendix A.1


def read_issuers(reading: Reading, top: Mapping[str, Spot]) -> dict[str, IssuerWish]:
    """The issuers by name; one embedded one when the file names none."""
    if "issuers" not in top:
        return {"embedded": standard_issuer("embedded")}
    spot = top["issuers"]
    if not isinstance(spot.value, dict):
        reading.wrong(spot, tr("{key} must be a mapping", key="issuers"), expected=tr("<name>: with its kind"))
        return {}
    for name in spot.value:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", name):
            expected = tr("lower-case letters, digits, hyphens")
            reading.wrong(spot.keys[name], tr("an issuer's name becomes a file name"), expected=expected)
    return {name: _issuer(reading, name, one) for name, one in spot.value.items()}


def paths_of(wish: IssuerWish, key: Literal["roots", "chain"]) -> tuple[str, ...]:
    """The files an issuer's entry names, as written there."""
    return cast("tuple[str, ...]", wish.settings.get(key, ()))


def _issuer(reading: Reading, name: str, spot: Spot) -> IssuerWish:
    kind = _kind(spot)
    if kind in OUTSIDE_KINDS:
        settings = read_outside(reading, name, kind, spot)
        return replace(standard_issuer(name, kind), outside=True, settings=settings)
    entries = reading.mapping(spot, tr("issuer {name}", name=name), ISSUER)
    kind = reading.text(entries, "kind", "embedded")
    if kind not in ISSUER_KINDS:
        known = ", ".join((*ISSUER_KINDS[:2], *OUTSIDE_KINDS))
        reading.wrong(entries["kind"], tr("no such kind of issuer"), expected=known)
    crl = reading.text(entries, "crl", "")
    if crl and not re.fullmatch(r"http://[A-Za-z0-9.:\-]+(/[^\s<>]*)?", crl):
        reading.wrong(
            entries["crl"],
            tr("a CRL distribution point must be plain http"),
            expected="http://…",
            hint=tr("to check a CRL over https a client would need that server's CRL first"),
        )
    organization = reading.text(entries, "organization", "")
    if len(organization) > MOST_ORGANIZATION:
        expected = tr("at most {count} characters", count=MOST_ORGANIZATION)
        reading.wrong(entries["organization"], tr("the organization is too long for a subject"), expected=expected)
        organization = ""
    wish = standard_issuer(name, kind, organization, crl)
    store = reading.store(entries, "")
    root, issuing = (
        read_authority(reading, entries, role, replace(draft, key=replace(draft.key, store=store)))
        for role, draft in (("root", wish.root), ("issuing", wish.issuing))
    )
    if root.subject == issuing.subject:
        hint = tr("paths are found by name: two authorities of one name cannot be told apart")
        reading.wrong(entries.get("issuing", spot), tr("root and issuing CA need subjects of their own"), hint=hint)
    return IssuerWish(name, kind, root, issuing, wish.crl, read_lists(reading, entries))


def _kind(spot: Spot) -> str:
    """What the entry says first of all, because everything else it may say depends on it."""
    said = spot.value.get("kind") if isinstance(spot.value, dict) else None
    return str(said.value) if said else ""


def read_authority(reading: Reading, entries: Mapping[str, Spot], role: str, draft: Draft) -> Draft:
    """The draft with what the entry called `role` says about it, if it is there."""
    if role not in entries:
        return draft
    own = reading.mapping(entries[role], role, ("subject", "key", "years", "keys"))
    years = reading.number(own, "years", round(draft.lifetime / YEAR), 50)
    subject = reading.text(own, "subject", draft.subject)
    try:
        parse_name(subject)
    except Refused as refusal:
        told = tr("no subject: {reason}", reason=refusal.what)
        reading.wrong(own.get("subject", entries[role]), told, expected="CN=Contoso Root CA,O=Contoso")
    return Draft(
        subject=subject,
        key=replace(reading.key(own, draft.key) or draft.key, store=reading.store(own, draft.key.store)),
        lifetime=years * YEAR,
        authority=True,
        path_length=draft.path_length,
        key_usage=draft.key_usage,
    )


def standard_issuer(name: str, kind: str = "embedded", organization: str = "", crl: str = "") -> IssuerWish:
    """An issuer with nothing said about its authorities: an RSA root of 20 years, an RSA issuing CA of 10."""
    title = name.replace("-", " ").title()
    end = f",O={escape(organization)}" if organization else ""
    usage = frozenset(("keyCertSign", "cRLSign"))
    root = Draft(
        subject=f"CN={title} Root CA{end}",
        key=KeySpec("rsa", 4096),
        lifetime=20 * YEAR,
        authority=True,
        key_usage=usage,
    )
    issuing = Draft(
        subject=f"CN={title} Issuing CA{end}",
        key=KeySpec("rsa", 3072),
        lifetime=10 * YEAR,
        authority=True,
        path_length=0,
        key_usage=usage | {"digitalSignature"},
    )
    return IssuerWish(name, kind, root, issuing, (crl,) if crl else ())
