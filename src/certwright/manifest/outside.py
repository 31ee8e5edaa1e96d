"""The issuers that belong to somebody else: what a deployment file says of them, kind by kind.

Files are named here and read by whoever may touch the disk; secrets stand in files of their own.
"""

import re
from collections.abc import Callable, Mapping

from certwright.acme.told import is_https
from certwright.manifest.acme import ACME, read_acme
from certwright.manifest.reading import Reading
from certwright.manifest.tree import Spot
from certwright.speech import noted, tr

_ROOTS: Mapping[str, str] = {
    "roots": noted("file or files with the CA's root certificates: nothing that leads elsewhere is accepted"),
    "chain": noted("file or files with the certificates between, for answers that lack them"),
}
_ANSWERS: Mapping[str, str] = {
    "answers": noted(
        "the folder its answers are put into, relative to this file; without it answers/<the issuer's name>"
    ),
}
_TEMPLATES: Mapping[str, str] = {
    "template": noted("the certificate template to ask for: its name, which is not always what is displayed"),
    "templates": noted("other templates for single certificates: their place, and the template"),
}
OUTSIDE: Mapping[str, Mapping[str, str]] = {  # kind → what may be said of it
    "files": {
        "kind": noted("files: requests go out as files, and answers come back as files"),
        **_ANSWERS,
        **_ROOTS,
    },
    "adcs-offline": {
        "kind": noted("adcs-offline: an AD CS whose administrator takes requests by hand"),
        "ca": noted("the CA as certutil -dump calls it: host\\name of the CA"),
        **_TEMPLATES,
        **_ANSWERS,
        **_ROOTS,
    },
    "adcs-web": {
        "kind": noted("adcs-web: an AD CS by its web pages (certsrv)"),
        "url": noted("the https address of the pages: https://ca.contoso.com/certsrv"),
        **_TEMPLATES,
        "auth": noted("how to sign in: negotiate, kerberos, ntlm; the first that works"),
        "credentials": noted("a file with user name and password, a line each; without it the ticket at hand"),
        "trust": noted("a file with the roots its https is verified with; without it those of this computer"),
        **_ROOTS,
    },
    "acme": ACME,
}
AUTH = ("negotiate", "kerberos", "ntlm")
_CA = re.compile(r"[A-Za-z0-9._-]+\\[^\\/\"\r\n]{1,64}")
_TEMPLATE = re.compile(r"[^\"'`$\\:;\r\n]{1,64}")
_FOLDER = re.compile(r"[^\0\r\n]+")

Settings = dict[str, object]


def read_outside(reading: Reading, name: str, kind: str, spot: Spot) -> Settings:
    """What is said of an issuer of one of the kinds of OUTSIDE. Mistakes are noted in `reading`."""
    return _READERS[kind](reading, name, spot)


def _files(reading: Reading, name: str, spot: Spot) -> Settings:
    entries = reading.mapping(spot, tr("issuer {name}", name=name), OUTSIDE["files"])
    return {"answers": _answers(reading, entries, name), **_chains(reading, spot, entries, name)}


def _adcs_offline(reading: Reading, name: str, spot: Spot) -> Settings:
    entries = reading.mapping(spot, tr("issuer {name}", name=name), OUTSIDE["adcs-offline"])
    example = r"ca01.contoso.com\Contoso Issuing CA"
    return {
        "ca": _needed(reading, spot, entries, name, "ca", _CA.fullmatch, example),
        **_templates(reading, entries),
        "answers": _answers(reading, entries, name),
        **_chains(reading, spot, entries, name),
    }


def _adcs_web(reading: Reading, name: str, spot: Spot) -> Settings:
    entries = reading.mapping(spot, tr("issuer {name}", name=name), OUTSIDE["adcs-web"])
    return {
        "url": _needed(reading, spot, entries, name, "url", is_https, "https://ca.contoso.com/certsrv"),
        **_templates(reading, entries),
        "auth": _auth(reading, entries),
        "credentials": reading.text(entries, "credentials", ""),
        "trust": reading.text(entries, "trust", ""),
        **_chains(reading, spot, entries, name),
    }


def _acme(reading: Reading, name: str, spot: Spot) -> Settings:
    settings = read_acme(reading, spot)
    return {"acme": settings, "roots": (settings.anchor,) if settings.anchor else (), "chain": ()}


_READERS: Mapping[str, Callable[[Reading, str, Spot], Settings]] = {
    "files": _files,
    "adcs-offline": _adcs_offline,
    "adcs-web": _adcs_web,
    "acme": _acme,
}


# ── what several of them say ──


def _chains(reading: Reading, spot: Spot, entries: Mapping[str, Spot], name: str) -> Settings:
    if "roots" not in entries:
        reading.wrong(
            spot,
            tr("issuer {name} lacks {key}", name=name, key="roots"),
            expected=tr("a file with its root certificates"),
            hint=tr("without its root nobody can tell its certificates from another CA's"),
            found="",
        )
    return {key: _paths(reading, entries, key) for key in ("roots", "chain")}


def _paths(reading: Reading, entries: Mapping[str, Spot], key: str) -> tuple[str, ...]:
    if key not in entries:
        return ()
    spot = entries[key]
    found = []
    for one in [spot] if isinstance(spot.value, str) else reading.items(spot, key):
        if isinstance(one.value, str) and one.value.strip():
            found.append(one.value)
        else:
            reading.wrong(one, tr("{key} names a file", key=key), expected="contoso-root.cer")
    return tuple(found)


def _answers(reading: Reading, entries: Mapping[str, Spot], name: str) -> str:
    folder = reading.text(entries, "answers", f"answers/{name}")
    if not _FOLDER.fullmatch(folder):
        reading.wrong(entries["answers"], tr("{key} names a folder", key="answers"), expected=f"answers/{name}")
    return folder


def _needed(
    reading: Reading, spot: Spot, entries: Mapping[str, Spot], name: str, key: str,
    fits: Callable[[str], object], example: str,
) -> str:  # fmt: skip
    if key not in entries:
        what = tr("issuer {name} lacks {key}", name=name, key=key)
        reading.wrong(spot, what, expected=f"{key}: {example}", found="")
        return ""
    text = reading.text(entries, key, "")
    if text and not fits(text):
        reading.wrong(entries[key], tr("{key} does not fit", key=key), expected=example)
    return text


def _templates(reading: Reading, entries: Mapping[str, Spot]) -> Settings:
    own = _own(reading, entries)
    return {
        "template": _template(reading, entries, "template"),
        "templates": {place: _template(reading, own, place) for place in own},
    }


def _own(reading: Reading, entries: Mapping[str, Spot]) -> Mapping[str, Spot]:
    if "templates" not in entries:
        return {}
    spot = entries["templates"]
    if isinstance(spot.value, dict):
        return spot.value
    reading.wrong(spot, tr("{key} must be a mapping", key="templates"), expected=tr("<place>: <template>"))
    return {}


def _template(reading: Reading, entries: Mapping[str, Spot], key: str) -> str:
    text = reading.text(entries, key, "")
    if text and not _TEMPLATE.fullmatch(text):
        reading.wrong(entries[key], tr("this cannot be the name of a template"), expected="ContosoWebServer")
    return text


def _auth(reading: Reading, entries: Mapping[str, Spot]) -> tuple[str, ...]:
    if "auth" not in entries:
        return AUTH[:1]
    spot = entries["auth"]
    found = []
    for one in [spot] if isinstance(spot.value, str) else reading.items(spot, "auth"):
        if one.value in AUTH:
            found.append(str(one.value))
        else:
            reading.wrong(one, tr("nobody signs in like that"), expected=", ".join(AUTH))
    return tuple(dict.fromkeys(found)) or AUTH[:1]
