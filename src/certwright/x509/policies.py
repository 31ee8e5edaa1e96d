"""What authorities demand of the policies below them (RFC 5280 6.1, its tree as the graph of RFC 9618), in words.

Nobody asks for a policy here, so a path must have one only where an authority says so. The work is linear.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from certwright.speech import tr
from certwright.value import field, value
from certwright.x509 import der
from certwright.x509.dissect import extension
from certwright.x509.facts import CertificateFacts, named

ANY = "2.5.29.32.0"
MAPPINGS, CONSTRAINTS, INHIBIT = (bytes((6, 3, 0x55, 0x1D, last)) for last in (33, 36, 54))
MOST_NAMED = 10

Level = dict[str, frozenset[str]]  # each policy that is valid here, and what the next certificate may call it


@value
class PolicyRules:
    """What a certificate says of policies below it: how many certificates may come before its rules hold, and mappings.

    `explicit`: then a policy is needed; `unmapped`: then none is mapped; `no_any`: then anyPolicy stands for none.
    `mappings`: a policy of the issuer, and those of the subject that count as it. None where it says nothing.
    """

    explicit: int | None = None
    unmapped: int | None = None
    no_any: int | None = None
    mappings: Mapping[str, frozenset[str]] = field(default_factory=dict)


NO_RULES = PolicyRules()


def policy_rules(one: CertificateFacts) -> PolicyRules:
    """RFC 5280 4.2.1.5, 4.2.1.11 and 4.2.1.14. Raises Malformed."""
    return _rules(one.der) if any(oid in one.der for oid in (MAPPINGS, CONSTRAINTS, INHIBIT)) else NO_RULES


def _rules(certificate: bytes) -> PolicyRules:
    explicit, unmapped = _constraints(extension(certificate, CONSTRAINTS))
    inhibit = extension(certificate, INHIBIT)
    no_any = None if inhibit is None else _count(der.content(inhibit, der.INTEGER))
    return PolicyRules(explicit, unmapped, no_any, _mappings(extension(certificate, MAPPINGS)))


def _constraints(encoded: bytes | None) -> tuple[int | None, int | None]:
    if encoded is None:
        return None, None
    body = der.content(encoded, der.SEQUENCE)
    found = {tag: _count(body[first:last]) for tag, _, first, last in der.children(body, 0, len(body))}
    if not found.keys() <= {0x80, 0x81}:
        raise der.Malformed(tr("has constraints nobody knows"))
    return found.get(0x80), found.get(0x81)


def _count(body: bytes) -> int:
    """A number of certificates; more than a path can have is as many as one wants."""
    count = der.integer(body)
    if count < 0:
        raise der.Malformed(tr("counts {count} certificates", count=count))
    return min(count, 1 << 20)


def _mappings(encoded: bytes | None) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    if encoded is not None:
        body = der.content(encoded, der.SEQUENCE)
        for tag, _, first, last in der.children(body, 0, len(body)):
            pair = [der.oid(body[one:other]) for kind, _, one, other in der.children(body, first, last) if kind == 6]
            if tag != der.SEQUENCE or len(pair) != 2:
                raise der.Malformed(tr("has something else than pairs of policies"))
            found.setdefault(pair[0], set()).add(pair[1])
    return {policy: frozenset(several) for policy, several in found.items()}


# ── the path ──────────────────────────────────────────────────────────────────────────────────────


def policy_faults(path: Sequence[CertificateFacts], *, complete: bool) -> Iterator[str]:
    """What is wrong with the policies of `path` (leaf first), if it speaks of them. The rules of a root are none."""
    downwards = [*reversed(path[:-1] if complete else path)]
    rules = []
    for one in downwards:
        try:
            rules.append(policy_rules(one))
        except der.Malformed as reason:
            yield tr(
                "the rules of {certificate} on policies cannot be read: one {reason}",
                certificate=named(one),
                reason=reason,
            )
            return
    if any(rule is not NO_RULES for rule in rules):
        yield from _Walk(len(downwards)).down(downwards, rules)


@dataclass
class _Walk:
    """The state of RFC 5280 6.1.2. `level` is empty once its tree is NULL, and `loss` says why; `demander`, by whom."""

    length: int

    def __post_init__(self) -> None:
        self.explicit = self.unmapped = self.no_any = self.length + 1
        self.level: Level = {ANY: frozenset({ANY})}
        self.loss = ""
        self.demander: CertificateFacts | None = None
        self.inhibitor: CertificateFacts | None = None
        self.unmapper: CertificateFacts | None = None

    def down(self, certificates: Sequence[CertificateFacts], rules: Sequence[PolicyRules]) -> Iterator[str]:
        for place, (one, rule) in enumerate(zip(certificates, rules, strict=True), 1):
            last = place == self.length
            self.narrow(one, last=last)
            if last:
                self.explicit = max(self.explicit - 1, 0)
                self.demand(one, rule.explicit if rule.explicit == 0 else None)
            if not self.explicit and not self.level:
                yield self.refusal()
                return
            if not last:
                if ANY in rule.mappings or any(ANY in several for several in rule.mappings.values()):
                    yield tr("{certificate} maps anyPolicy, which RFC 5280 4.2.1.5 forbids", certificate=named(one))
                self.map(one, rule)
                self.tighten(one, rule)

    def narrow(self, one: CertificateFacts, *, last: bool) -> None:
        """6.1.3 (d) and (e)."""
        before, found = self.level, frozenset(one.policies or ())
        expected = frozenset[str]().union(*before.values())
        taken = found - {ANY} if ANY in before else found & expected
        counts = ANY in found and (self.no_any > 0 or (one.self_issued and not last))
        self.level = {policy: frozenset({policy}) for policy in (taken | expected if counts else taken - {ANY})}
        if before and not self.level:
            self.loss = self.lost(one, found, expected)

    def lost(self, one: CertificateFacts, found: frozenset[str], expected: frozenset[str]) -> str:
        if not found:
            return tr("{certificate} is issued under no policy", certificate=named(one))
        told = {"certificate": named(one), "found": _listed(found), "expected": _listed(expected)}
        if ANY in found and self.inhibitor:
            return tr(
                "{certificate} is issued under {found}, what is above it allows {expected}, and {authority} forbids"
                " that anyPolicy stands for it",
                authority=named(self.inhibitor),
                **told,
            )
        return tr("{certificate} is issued under {found}, and what is above it allows {expected}", **told)

    def map(self, one: CertificateFacts, rule: PolicyRules) -> None:
        """6.1.4 (b)."""
        before = dict(self.level)
        for policy, several in rule.mappings.items():
            if self.unmapped and (policy in before or ANY in before):
                self.level[policy] = several
            elif not self.unmapped:
                self.level.pop(policy, None)
        if before and not self.level and self.unmapper:
            self.loss = tr(
                "{certificate} maps {policies}, and {authority} forbids that policies are mapped",
                certificate=named(one),
                policies=_listed(frozenset(rule.mappings)),
                authority=named(self.unmapper),
            )

    def tighten(self, one: CertificateFacts, rule: PolicyRules) -> None:
        """6.1.4 (h) to (j)."""
        if not one.self_issued:
            self.explicit, self.unmapped, self.no_any = (
                max(left - 1, 0) for left in (self.explicit, self.unmapped, self.no_any)
            )
        self.demand(one, rule.explicit)
        if rule.unmapped is not None and rule.unmapped < self.unmapped:
            self.unmapped, self.unmapper = rule.unmapped, one
        if rule.no_any is not None and rule.no_any < self.no_any:
            self.no_any, self.inhibitor = rule.no_any, one

    def demand(self, one: CertificateFacts, after: int | None) -> None:
        if after is not None and after < self.explicit:
            self.explicit, self.demander = after, one

    def refusal(self) -> str:
        assert self.demander is not None, "nobody else counts so far down"
        return tr(
            "{authority} demands a policy that every certificate of the path has (policyConstraints), and there is"
            " none: {reason}",
            authority=named(self.demander),
            reason=self.loss,
        )


def _listed(policies: frozenset[str]) -> str:
    told = ["anyPolicy" if policy == ANY else policy for policy in sorted(policies)]
    return ", ".join(told[:MOST_NAMED]) + (", …" if len(told) > MOST_NAMED else "")
