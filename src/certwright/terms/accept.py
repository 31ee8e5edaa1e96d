"""The one predicate of drafting, accepting and being due: what the demands that count say of one certificate."""

from collections.abc import Iterable
from datetime import datetime

from certwright.model import Demand, Mismatch, Severity
from certwright.terms.seen import Seen
from certwright.terms.word import Word
from certwright.x509.facts import CertificateFacts

Unmet = tuple[Demand, Mismatch]


def acceptable(demands: Iterable[Demand], certificate: CertificateFacts, now: datetime) -> tuple[Unmet, ...]:
    """Every demand of severity error that this certificate does not meet, judged from the certificate alone.

    Demands on chains, keys, files and sets stay out of it: they are not there yet when a certificate is drafted.
    """
    seen = Seen(place="", path="", form="", certificate=certificate)
    unmet: list[Unmet] = []
    for demand in demands:
        term = demand.term
        if demand.requirement.severity is Severity.ERROR and isinstance(term, Word) and term.reads == "certificate":
            unmet.extend([(demand, mismatch) for mismatch in term.check(seen, now)])
    return tuple(unmet)
