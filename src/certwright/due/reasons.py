"""Why a place needs a certificate now. One small predicate a reason; the first that speaks is told.

Age is another matter (`renewal`): it can wait, and it is caught by others.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from certwright.due.authorities import outliving
from certwright.due.changeover import demanded_before, moved
from certwright.due.recipes import WORDING, demanded
from certwright.due.situation import Situation
from certwright.due.waits import identity, issuer_of
from certwright.model import Held, IssuerWish, Place
from certwright.speech import tr
from certwright.terms.accept import acceptable
from certwright.x509.read import read_certificate

CLOCKS_DIFFER = timedelta(minutes=10)
_read = lru_cache(maxsize=2048)(read_certificate)  # a run asks several times what is due


def judged_at(not_before: datetime, now: datetime) -> datetime:
    """When to judge a certificate: now, or when it begins, if that is about to come. Clocks differ, and a CA that is
    asked over a network signs after a run has begun.
    """
    return not_before if now < not_before <= now + CLOCKS_DIFFER else now


def needed(place: Place, situation: Situation) -> str:
    """Why a place needs a certificate that does not wait for its age; empty when it does not."""
    have = situation.held.get(place.id)
    if have is None:
        return tr("nothing is held yet")
    if place.renewal.never:
        return ""
    return next((reason for predicate in _PREDICATES if (reason := predicate(place, have, situation))), "")


def _revoked(place: Place, have: Held, situation: Situation) -> str:
    why = situation.revoked.get(place.id)
    return tr("it was revoked ({reason})", reason=why) if why else ""


def _expired(place: Place, have: Held, situation: Situation) -> str:
    return tr("it expired on {day:%Y-%m-%d}", day=have.not_after) if have.not_after <= situation.now else ""


def _changed(place: Place, have: Held, situation: Situation) -> str:
    worded, now_demanded = have.demanded.partition(".")[0], demanded(place)
    if moved(place, have, situation.plan):
        now_demanded = demanded_before(place, have, situation.plan)
    return tr("what is demanded of it has changed") if worded == WORDING and have.demanded != now_demanded else ""


def _other_issuer(place: Place, have: Held, situation: Situation) -> str:
    if outsider := issuer_of(situation.plan, place):
        return _other_outsider(place, have, outsider)
    parent = situation.held.get(place.issuer)
    if place.issuer == place.id or parent is None or moved(place, have, situation.plan):
        return ""
    if have.chain[:1] == (parent.certificate,) or not have.chain:
        return ""
    # An authority that was renewed with its key still vouches for what it signed before.
    before, after = _read(have.chain[0]), _read(parent.certificate)
    same = (before.subject_der, before.key.spki) == (after.subject_der, after.key.spki)
    return "" if same else tr("its issuer has a new key or name")


def _other_outsider(place: Place, have: Held, outsider: IssuerWish) -> str:
    """A root is known by name and key, whoever signed its certificate (RFC 5280 6.1.1 d)."""
    if have.issuer != place.issuer:
        return tr("{before} signed it, and {after} is to", before=have.issuer, after=place.issuer)
    root = identity(have.chain[-1] if have.chain else have.certificate)
    known = [identity(der) for der in outsider.roots]
    return tr("its root is not among those of {issuer}", issuer=place.issuer) if known and root not in known else ""


def _unacceptable(place: Place, have: Held, situation: Situation) -> str:
    found = acceptable(place.demands, _read(have.certificate), judged_at(have.not_before, situation.now))
    return tr("it does not satisfy {requirement}", requirement=found[0][0].requirement.id) if found else ""


def _child_outlives(place: Place, have: Held, situation: Situation) -> str:
    """An issuing CA too old to sign what is wanted of it: renewed first, so that no parent dies under its child."""
    if place.kind != "authority" or place.issuer == place.id:
        return ""
    needy = outliving(place, have, situation)
    return tr("it would die before {place}", place=needy.id) if needy else ""


_PREDICATES: tuple[Callable[[Place, Held, Situation], str], ...] = (
    _revoked, _expired, _changed, _other_issuer, _unacceptable, _child_outlives,
)  # fmt: skip
