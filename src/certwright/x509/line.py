"""What the leaves of one authority share is found out once: the way up from it, and the library's word on that way.

Of every further leaf only its own is judged: name, times, signature, the library's policy. Whatever is not plainly in
order goes the long way, so that both ways give the same answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from certwright.value import value
from certwright.x509.facts import CertificateFacts, ChainFacts
from certwright.x509.limits import critical_faults, usage_faults
from certwright.x509.policies import CONSTRAINTS
from certwright.x509.signature import Memo, remember
from certwright.x509.verdict import Verifier, accepts, verifier_below

Key: TypeAlias = tuple[object, ...]

_RULES = (bytes.fromhex("0603551d1e"), CONSTRAINTS)  # an authority that has them judges every leaf anew


class Setting(NamedTuple):
    """Everything that decides upon a path but the leaf: what lies beside it, what is trusted, when, for which usage."""

    others: Sequence[CertificateFacts]
    anchors: Sequence[CertificateFacts]
    known: Sequence[CertificateFacts]
    now: datetime
    server: bool | None

    def key(self, leaf: CertificateFacts) -> Key:
        """The same for leaves that name the same issuer and its key in the same setting."""
        others, anchors, known, now, server = self
        at_hand = [one.fingerprint for some in (others, anchors, known) for one in some]
        return "line", leaf.issuer_der, leaf.authority_key_identifier, now, server, len(others), len(anchors), *at_hand

    @property
    def at_hand(self) -> tuple[CertificateFacts, ...]:
        """Every certificate a path may lead over."""
        return (*self.others, *self.anchors, *self.known)


@value
class Line:
    """The way up from one authority, once a path over it was found without fault and accepted by the library.

    `verifier` has that authority for its only anchor: when it accepts a leaf, it has verified its signature. `extras`
    lie beside the path without being on it, such as a bridge to another root.
    """

    above: tuple[CertificateFacts, ...]
    subjects: frozenset[bytes]
    fingerprints: frozenset[str]
    verifier: Verifier
    server: bool | None
    extras: tuple[CertificateFacts, ...] = ()

    def chain(self, leaf: CertificateFacts, now: datetime) -> ChainFacts | None:
        """What `diagnose` would say of that leaf; None when only the long way can tell.

        Its issuer is the only one of that name (so said `draw`), it is none of the certificates above it, it is
        current, and the library accepts it right below its issuer: then nothing is left to be found.
        """
        path = (leaf, *self.above)
        plain = (
            leaf.authority is not True
            and leaf.not_before <= now <= leaf.not_after
            and leaf.subject_der not in self.subjects
            and leaf.fingerprint not in self.fingerprints
            and CONSTRAINTS not in leaf.der
            and next(critical_faults((leaf,)), None) is None
            and next(usage_faults(path, self.server), None) is None
        )
        if not plain or not accepts(self.verifier, leaf):
            return None
        return ChainFacts(path, complete=True, trusted=True, in_order=True, extras=self.extras)


def draw(chain: ChainFacts, setting: Setting, memo: Memo) -> None:
    """Remember the line of a chain that the long way has found, if leaves beside its own may follow it."""
    leaf, *above = chain.path
    if not above or chain != ChainFacts(chain.path, complete=True, trusted=True, in_order=True, extras=chain.extras):
        return
    at_hand = {one.fingerprint: one for one in setting.at_hand}
    namesakes = [one for one in at_hand.values() if one.subject_der == leaf.issuer_der]
    fit = (
        setting.server is not True  # a server is asked for by its own name
        and leaf.authority is not True
        and leaf.fingerprint not in at_hand
        and [one.fingerprint for one in namesakes] == [above[0].fingerprint]
        and not any(oid in one.der for one in above for oid in _RULES)
    )
    verifier = verifier_below(above[0], setting.now, server=setting.server, memo=memo) if fit else None
    if verifier is not None:
        subjects = frozenset(one.subject_der for one in at_hand.values())
        line = Line(tuple(above), subjects, frozenset(at_hand), verifier, setting.server, chain.extras)
        remember(memo, setting.key(leaf), line)
