"""The hand-over to the administrator of an AD CS: requests, scripts, instructions, a manifest. Pure functions.

Everything is English, but for the page that is German as well; nothing depends on the language of the run.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from certwright.model import Artifact, Facts, FactValue, IssuerWish
from certwright.pack.adcs_inf import inf
from certwright.pack.adcs_signature import MANIFEST
from certwright.pack.adcs_templates import (
    Template,
    attributes_of,
    binary_of,
    template_for,
    template_name,
    templates_of,
)
from certwright.pack.pem import armour
from certwright.pack.requested import Requested, folder_of
from certwright.pack.script import render
from certwright.x509 import der

FORMAT, VERSION = "certwright-adcs-handover", 1
LONGEST_NAME = 80  # of a file without its folder: Windows stops at 260 with all of them

_SHIPPED = Path(__file__).parents[1] / "catalogue" / "sources" / "scripts"
_SCRIPTS = {"submit.ps1": "adcs.submit.ps1", "templates.ps1": "adcs.templates.ps1"}
_PAGES = {"README.en.txt": "adcs.readme-en.txt", "LIESMICH.de.txt": "adcs.readme-de.txt"}
_LABELS = {
    "README.en.txt": (
        "for", "template", "subject", "name", "key", "key usage", "extended key usage", "CA certificate", "valid until",
        "valid for", "days", "yes",
    ),
    "LIESMICH.de.txt": (
        "für", "Vorlage", "Antragsteller", "Name", "Schlüssel", "Schlüsselverwendung", "Erw. Schlüsselverw.",
        "CA-Zertifikat", "gültig bis", "gültig für", "Tage", "ja",
    ),
}  # fmt: skip


def bundle(issuer: IssuerWish, requests: Sequence[Requested]) -> tuple[Artifact, ...]:
    """Every file below `requests/<issuer>/`, the manifest last. The same requests give the same bytes.

    Refused for a subject that no .inf file can hold. What signs the manifest is in `adcs_signature`.
    """
    folder = folder_of(issuer.name)
    files = [
        *(Artifact(path, content, secret=False, place=one.place) for one in requests for path, content in _of(one)),
        *(Artifact(path, content, secret=False, place=issuer.name) for path, content in _common(issuer, requests)),
    ]
    made = _manifest(issuer, requests, files)
    return tuple(
        Artifact(f"{folder}/{one.path}", one.content, secret=False, place=one.place)
        for one in (*files, Artifact(MANIFEST, made, secret=False, place=issuer.name))
    )


def file_name(one: Requested) -> str:
    """What the files of a request are called, without an ending: its stem, cut where Windows could not open it."""
    if len(one.stem) <= LONGEST_NAME:
        return one.stem
    return f"{one.stem[: LONGEST_NAME - 9]}-{hashlib.sha256(one.place.encode()).hexdigest()[:8]}"


def _of(one: Requested) -> Iterator[tuple[str, bytes]]:
    yield f"csr/{file_name(one)}.csr", armour("CERTIFICATE REQUEST", one.csr, "\r\n")
    yield f"inf/{file_name(one)}.inf", inf(one)


def _common(issuer: IssuerWish, requests: Sequence[Requested]) -> Iterator[tuple[str, bytes]]:
    ca, answers = (str(issuer.settings.get(key, "")) for key in ("ca", "answers"))
    values: Facts = {
        "ca": ca,
        "requests": tuple(map(_asked, requests)),
        "templates": tuple(map(_wanted, templates_of(requests))),
    }
    for path, template in _SCRIPTS.items():
        yield path, _windows(render(_text(template), values, "powershell", source=template))
    for path, template in _PAGES.items():
        page = render(_text(template), {"ca": ca, "answers": answers}, "text", source=template)
        told = "".join(f"{line}\n" for one in requests for line in _told(one, _LABELS[path]))
        yield path, _windows(page + told)


def _windows(text: str) -> bytes:
    """With a mark and CRLF: Windows PowerShell 5.1 and the Editor take a file without a mark for an ANSI one."""
    return text.replace("\n", "\r\n").encode("utf-8-sig")


@cache
def _text(template: str) -> str:
    return (_SHIPPED / template).read_text("utf-8")


# ── what the scripts are told ──


def _asked(one: Requested) -> Mapping[str, FactValue]:
    """One row of `$requests`. `key` is the SHA-256 of the public key's bits, as .NET's GetPublicKey gives them."""
    needs = _needs(one)
    return {
        "name": file_name(one),
        "file": f"csr\\{file_name(one)}.csr",
        "sha256": _hash(one.csr),
        "template": template_name(one),
        "key": _hash(_key_bits(one.spki)),
        "purposes": needs.purposes,
        "named": bool(one.names),
        "days": one.draft.lifetime.days,
        "good_until": one.draft.good_until.isoformat() if one.draft.good_until else "",
    }


def _wanted(template: Template) -> Mapping[str, FactValue]:
    """One row of `$templates`."""
    return {
        "name": template.name,
        "days": template.days,
        "bits": template.key.bits,
        "exportable": template.exportable,
        "purposes": template.purposes,
        "attributes": attributes_of(template),
        "octets": {name: tuple(octets) for name, octets in binary_of(template).items()},
    }


def _needs(one: Requested) -> Template:
    return template_for(one.draft, exportable=one.exportable)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest().upper()


def _key_bits(spki: bytes) -> bytes:
    """The BIT STRING of a SubjectPublicKeyInfo (RFC 5280 4.1), without the count of its unused bits."""
    start, stop = der.expect(spki, 0, len(spki), der.SEQUENCE)
    _, after = der.expect(spki, start, stop, der.SEQUENCE)
    start, stop = der.expect(spki, after, stop, der.BIT_STRING)
    return spki[start + 1 : stop]


# ── what people are told ──


def _told(one: Requested, labels: Sequence[str]) -> Iterator[str]:
    what, template, subject, name, key, usage, extended, authority, until, period, days, yes = labels
    draft = one.draft
    rows = [
        (what, f"{one.title} ({one.place})"),
        (template, template_name(one)),
        (subject, draft.subject),
        *((name, str(each)) for each in one.names),
        (key, str(draft.key)),
        (usage, ", ".join(sorted(draft.key_usage))),
        (extended, ", ".join(draft.extended_key_usage)),
        (authority, yes if draft.authority else ""),
        (until, draft.good_until.isoformat() if draft.good_until else ""),
        (period, "" if draft.good_until else f"{draft.lifetime.days} {days}"),
    ]
    yield ""
    yield file_name(one)
    yield from (f"  {label:<21} {' '.join(text.split())}" for label, text in rows if text)


def _manifest(issuer: IssuerWish, requests: Sequence[Requested], files: Sequence[Artifact]) -> bytes:
    """Everything again for machines: what is asked for, and what every file must be."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "issuer": issuer.name,
        "ca": issuer.settings.get("ca", ""),
        "requests": list(map(_listed, requests)),
        "templates": [one.name for one in templates_of(requests)],
        "files": [{"path": one.path, "sha256": _hash(one.content), "size": len(one.content)} for one in files],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _listed(one: Requested) -> Mapping[str, object]:
    draft = one.draft
    return {
        "place": one.place,
        "title": one.title,
        "csr": f"csr/{file_name(one)}.csr",
        "inf": f"inf/{file_name(one)}.inf",
        "spki_sha256": _hash(one.spki),
        "template": template_name(one),
        "subject": draft.subject,
        "names": [{"kind": each.kind, "value": each.value} for each in one.names],
        "key": {"algorithm": draft.key.algorithm, "bits": draft.key.bits, "exportable": one.exportable},
        "signature_hash": draft.signature_hash,
        "key_usage": sorted(draft.key_usage),
        "extended_key_usage": list(_needs(one).purposes),
        "authority": draft.authority,
        "path_length": draft.path_length,
        "days": draft.lifetime.days,
        "good_until": draft.good_until.isoformat() if draft.good_until else None,
    }
