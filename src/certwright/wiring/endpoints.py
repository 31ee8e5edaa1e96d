"""Servers named on the command line: what they send is judged as a file is, or shown; a server is called by its URL."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from certwright.check import Anchors, Inform, judge, judge_seen
from certwright.errors import Broken, Refused
from certwright.model import Mismatch, Place, Plan, Report, Result, Status
from certwright.network.address import Endpoint
from certwright.pack.inspecting import Light, inspect
from certwright.pack.pem import certificates
from certwright.plan.served import named, only_served, served
from certwright.report.inspection import Inspected
from certwright.speech import tr
from certwright.terms.material import MATERIAL
from certwright.terms.names import recorded
from certwright.terms.seen import Seen, Trouble
from certwright.wiring.online import Asking, greeting, shake
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate

if TYPE_CHECKING:
    from certwright.network.endpoint import Handshake


def judge_endpoint(
    endpoint: Endpoint,
    plan: Plan,
    asking: Asking,
    now: datetime,
    *,
    anchors: Anchors,
    known: Sequence[bytes],
    inform: Inform,
) -> Report:
    """The verdict on what a server sends, for every place that its name stands for. Refused when there is none.

    A server that cannot be asked, or does not answer, is reported as not judged.
    """
    url, name = str(endpoint), asking.name_of(endpoint)
    places = served(plan, name)
    part, hello = only_served(plan, places, url), greeting(asking)
    try:
        shown = shake(endpoint, asking, hello)
    except (Broken, Refused) as problem:
        told = f"{problem.what}; {problem.hint}" if problem.hint else problem.what
        code = "material.unreachable" if isinstance(problem, Broken) else "material.not-asked"
        silent = [Seen(place.id, url, "tls", found=url, trouble=Trouble(code, told)) for place in places]
        return judge_seen(part, silent, (), now)
    report = judge(part, {url: _written(shown)}, {}, now, anchors=anchors, known=known, whole=False, inform=inform)
    return replace(report, results=(*_told(shown, name, places[0]), *report.results))


def _written(shown: "Handshake") -> bytes:
    """The chain as sent, as PEM."""
    return certificates(shown.chain)


def _told(shown: "Handshake", name: str, place: Place) -> Iterator[Result]:
    """What a handshake shows beside the chain."""
    leaf = read_certificate(shown.chain[0])
    url = str(shown.endpoint)
    if not recorded(leaf.names, named(name), by_wildcard=True):
        names = ", ".join(one.value for one in leaf.names) or leaf.subject
        yield _result("material.other-host", Status.FAIL, place, url, leaf, Mismatch(name, names))
    if shown.old:
        expected = tr("TLS 1.2 or 1.3 with keys and ciphers of today")
        found = tr("{version} with {cipher}", version=shown.version or "?", cipher=shown.cipher or "?")
        yield _result("material.old-tls", Status.WARNING, place, url, leaf, Mismatch(expected, found))
    if shown.unfinished:
        expected = tr("a handshake that ends well")
        yield _result("material.unfinished", Status.WARNING, place, url, leaf, Mismatch(expected, shown.unfinished))


def _result(code: str, status: Status, place: Place, url: str, leaf: CertificateFacts, told: Mismatch) -> Result:
    return Result(
        code,
        status,
        place.id,
        url,
        (told,),
        requirement=MATERIAL[code],
        subject=leaf.subject,
        thumbprint=leaf.masked_thumbprint,
    )


# ── showing ───────────────────────────────────────────────────────────────────────────────────────


def inspect_endpoint(endpoint: Endpoint, asking: Asking, light: Light) -> Inspected:
    """What a server sends, as an inspected file."""
    hello = greeting(asking)
    try:
        shown = shake(endpoint, asking, hello)
    except (Broken, Refused) as problem:
        return Inspected(str(endpoint), reason=problem.what, hint=problem.hint)
    content = _written(shown)
    contents = tuple(replace(one, form="tls", title=_title(shown)) for one in inspect(content, light))
    return Inspected(str(endpoint), sum(map(len, shown.chain)), contents)


def _title(shown: "Handshake") -> str:
    parts = [
        tr("asked for {name} at {peer}", name=shown.name or tr("no name"), peer=shown.peer),
        ", ".join(filter(None, (shown.version, shown.cipher))),
        tr("it understands only what was given up") if shown.old else "",
        tr("it asks for a client certificate") if shown.wants_client else "",
        tr("the handshake did not end well: {reason}", reason=shown.unfinished) if shown.unfinished else "",
    ]
    return "; ".join(filter(None, parts))
