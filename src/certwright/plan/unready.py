"""What came as a file and cannot be handed out now: a certificate that has ended, or has not begun.

That is no conflict: a deployment goes on for years, and one old file must not keep every renewal back.
"""

from datetime import datetime

from certwright.model import Place
from certwright.speech import tr
from certwright.terms.accept import acceptable
from certwright.x509.read import read_certificate


def unready(place: Place, now: datetime) -> str:
    """Why the certificates that were given for a trust list cannot be handed out at `now`; empty when they can."""
    for der in place.anchors if place.kind == "anchors" else ():
        certificate = read_certificate(der)
        for demand, mismatch in acceptable(place.demands, certificate, now):
            return tr(
                "{certificate}: {expected} is wanted, found {found}; exchange its file ({requirement})",
                certificate=certificate.subject or certificate.masked_thumbprint,
                expected=mismatch.expected,
                found=mismatch.found,
                requirement=demand.requirement.id,
            )
    return ""
