"""Requests → the files that are carried to an issuer by hand, one function a kind of issuer. A pure function of both.

What is delivered is English. The same requests give the same bytes, so that nothing is written again for nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from importlib import import_module
from typing import TypeAlias

from certwright.model import Artifact, IssuerWish
from certwright.pack.pem import armour
from certwright.pack.requested import Requested, folder_of

# The issuer and its requests, in the order of the plan → files below `folder_of(issuer.name)`; `place` of each is its
# request's, or the issuer's name.
Handover: TypeAlias = Callable[[IssuerWish, Sequence[Requested]], tuple[Artifact, ...]]


def request_files(issuer: IssuerWish, requests: Sequence[Requested]) -> tuple[Artifact, ...]:
    """The files to hand over. None when there are no requests, or when that kind is asked over a network."""
    if issuer.kind not in HANDOVERS or not requests:
        return ()
    module, name = HANDOVERS[issuer.kind].split(":")  # loaded when there is something to hand over
    handover: Handover = getattr(import_module(module), name)
    return handover(issuer, requests)


def plain(issuer: IssuerWish, requests: Sequence[Requested]) -> tuple[Artifact, ...]:
    """A PEM file for every request, and a README that says what is wanted."""
    folder = folder_of(issuer.name)
    files = [
        Artifact(
            f"{folder}/{one.stem}.csr", armour("CERTIFICATE REQUEST", one.csr, "\r\n"), secret=False, place=one.place
        )
        for one in requests
    ]
    text = "\r\n".join(_readme(issuer, requests)) + "\r\n"
    return (*files, Artifact(f"{folder}/README.txt", text.encode(), secret=False, place=issuer.name))


def _readme(issuer: IssuerWish, requests: Sequence[Requested]) -> Iterator[str]:
    yield f"Certificate requests for the certification authority {issuer.name}"
    yield ""
    yield "Please issue a certificate for each of these requests, as it stands in the request: names, key usage and"
    yield "extended key usage must not be changed or left out. SHA-256 or better. Any format of answer will do: .cer,"
    yield ".crt, .p7b, .pem, DER or Base64, with or without the chain, one file each or all in one; the names of the"
    yield "files do not matter."
    yield ""
    yield f"Put the answers into the folder {issuer.settings.get('answers', '')} beside the deployment file, and run"
    yield "certwright apply again. It takes what it finds, checks it, and says what is missing."
    for one in requests:
        yield ""
        yield f"{one.stem}.csr"
        yield from (f"  {label:<20}  {text}" for label, text in _wanted(one) if text)


def _wanted(one: Requested) -> Iterator[tuple[str, str]]:
    draft = one.draft
    yield "for", f"{one.title} ({one.place})"
    yield "template", one.template
    yield "subject", draft.subject
    yield from (("name", str(name)) for name in one.names)
    yield "key", str(draft.key)
    yield "key usage", ", ".join(sorted(draft.key_usage))
    yield "extended key usage", ", ".join(draft.extended_key_usage)
    yield "certificate authority", "yes" if draft.authority else ""
    yield "valid for", f"{draft.lifetime.days} days"
    yield "valid until", f"{draft.good_until + timedelta(days=1)} or later" if draft.good_until else ""


HANDOVERS: Mapping[str, str] = {"files": __name__ + ":plain", "adcs-offline": "certwright.pack.adcs:bundle"}
