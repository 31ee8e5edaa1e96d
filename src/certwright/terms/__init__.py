"""The vocabulary: one sentence, two readings. `shape` says what to ask for, `check` whether it was got.

A term knows its parameters and facts parsed from bytes; it touches no disk, network, clock or randomness.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from certwright.errors import Refused
from certwright.model import Draft, Term
from certwright.speech import tr
from certwright.terms import (
    chain,
    cluster_broker,
    cluster_delivered,
    cluster_maps,
    cluster_policies,
    cluster_secrets,
    cluster_trust,
    crls,
    duplicates,
    file,
    guidance,
    issuer,
    key,
    kubernetes,
    names,
    password,
    pfx,
    revocation,
    sets,
    signature,
    subject,
    trust,
    usage,
    validity,
)
from certwright.terms.parameters import Parameter, fitted, parameters
from certwright.terms.word import Word

__all__ = ["VOCABULARY", "bind", "fold", "parameters_of", "parted"]

VOCABULARY: Mapping[str, type[Word]] = {
    "names.required": names.Required,
    "names.no-wildcard": names.NoWildcard,
    "names.beside": names.Beside,
    "names.first": names.First,
    "names.absent": names.Absent,
    "names.one-uri": names.OneUri,
    "names.address": names.Address,
    "names.length": names.Length,
    "subject.common-name": subject.CommonName,
    "subject.present": subject.Present,
    "subject.differs-from-issuer": subject.DiffersFromIssuer,
    "usage.key-usage": usage.KeyUsage,
    "usage.extended": usage.Extended,
    "usage.authority": usage.Authority,
    "usage.no-public-client": issuer.NoPublicClient,
    "key.algorithm": key.Algorithm,
    "key.length": key.Length,
    "key.present": key.Present,
    "key.matches": key.Matches,
    "key.unencrypted": key.Unencrypted,
    "key.exportable": key.Exportable,
    "key.provider": key.Provider,
    "signature.hash": signature.Hash,
    "validity.minimum": validity.Minimum,
    "validity.remaining": validity.Remaining,
    "validity.maximum": validity.Maximum,
    "validity.current": validity.Current,
    "chain.complete": chain.Complete,
    "chain.order": chain.Order,
    "chain.nothing-else": chain.NothingElse,
    "chain.one-algorithm": chain.OneAlgorithm,
    "chain.nested": chain.Nested,
    "chain.not-self-signed": chain.NotSelfSigned,
    "chain.trusted": chain.Trusted,
    "revocation.http-distribution-point": revocation.HttpDistributionPoint,
    "revocation.reachable": revocation.Reachable,
    "revocation.current": revocation.Current,
    "revocation.not-revoked": revocation.NotRevoked,
    "pfx.readable": pfx.Readable,
    "pfx.encryption": pfx.Encryption,
    "pfx.privacy": pfx.Privacy,
    "pfx.local-machine": pfx.LocalMachine,
    "password.policy": password.Policy,
    "file.form": file.Form,
    "file.count": file.Count,
    "file.ending": file.Ending,
    "trust.root": trust.Root,
    "trust.authority": trust.Authority,
    "trust.for-production": trust.ForProduction,
    "trust.no-key": trust.NoKey,
    "trust.unique": trust.Unique,
    "trust.crl-fresh": trust.FreshCrl,
    "kubernetes.object": kubernetes.Object,
    "kubernetes.text-data": kubernetes.TextData,
    "cluster.issuer-ready": cluster_trust.IssuerReady,
    "cluster.issuer-secret": cluster_trust.IssuerSecret,
    "cluster.trust-agrees": cluster_trust.TrustAgrees,
    "cluster.for-production": cluster_trust.ForProduction,
    "cluster.leaves-trusted": cluster_trust.LeavesTrusted,
    "cluster.certificates-ready": cluster_trust.CertificatesReady,
    "cluster.config-map-key": cluster_maps.ConfigMapKey,
    "cluster.text-data": cluster_maps.TextData,
    "cluster.bundle-synced": cluster_maps.BundleSynced,
    "cluster.bundle-target": cluster_maps.BundleTarget,
    "cluster.bundle-sources": cluster_maps.BundleSources,
    "cluster.listener-secrets": cluster_broker.ListenerSecrets,
    "cluster.listener-certificates": cluster_broker.ListenerCertificates,
    "cluster.listener-names": cluster_broker.ListenerNames,
    "cluster.listener-issuers": cluster_broker.ListenerIssuers,
    "cluster.listener-policies": cluster_broker.ListenerPolicies,
    "cluster.automatic-bounds": cluster_broker.AutomaticBounds,
    "cluster.policies": cluster_policies.Policies,
    "cluster.keeps-tokens": cluster_policies.KeepsTokens,
    "cluster.sync-sources": cluster_secrets.SyncSources,
    "cluster.sync-targets": cluster_secrets.SyncTargets,
    "cluster.dataflows": cluster_secrets.Dataflows,
    "cluster.delivered": cluster_delivered.Delivered,
    "cluster.custom-location": cluster_delivered.CustomLocation,
    "set.count": sets.Count,
    "set.same-root": sets.SameRoot,
    "set.same-chain": sets.SameChain,
    "set.same-password": sets.SamePassword,
    "set.unique-names": sets.UniqueNames,
    "set.unique-subjects": sets.UniqueSubjects,
    "set.unique-files": sets.UniqueFiles,
    "set.unique-certificates": duplicates.UniqueCertificates,
    "set.unique-keys": duplicates.UniqueKeys,
    "set.distinct-endings": duplicates.DistinctEndings,
    "set.folders": sets.Folders,
    "set.same-base-names": sets.SameBaseNames,
    "set.root-of-issuers-trusted": sets.RootOfIssuersTrusted,
    "set.expiry-spread": sets.ExpirySpread,
    "set.crl-signed": crls.SignedCrls,
    "set.crl-base-names": crls.CrlBaseNames,
    "issuer.kind": issuer.Kind,
    "issuer.feasible": issuer.Feasible,
    "guidance": guidance.Guidance,
}


def _word(term_id: str) -> type[Word]:
    if term_id not in VOCABULARY:
        known = ", ".join(VOCABULARY)
        raise Refused(tr("nobody knows the term {term!r}", term=term_id), tr("terms are {terms}", terms=known))
    return VOCABULARY[term_id]


@cache
def parameters_of(term_id: str) -> tuple[Parameter, ...]:
    """What a term may be told: name, kind, default and meaning of each parameter. Refused for an unknown term."""
    return parameters(_word(term_id))


def bind(term_id: str, values: Mapping[str, object]) -> Word:
    """A term with its parameters, from values as TOML gives them: lists, and dates as dates or ISO text.

    Refused, naming term and parameter, for an unknown term, an unknown or missing parameter, a value of the wrong kind.
    """
    return _word(term_id)(**fitted(term_id, parameters_of(term_id), values))


def fold(draft: Draft, terms: Iterable[Term]) -> Draft:
    """A draft shaped by all terms, until none has anything to add, so that their order does not matter.

    Terms that contradict each other never settle; the last word is then one of theirs, and `check` of the other one
    reports it on the preview.
    """
    words = tuple(terms)
    for _ in range(_ROUNDS):
        shaped = draft
        for word in words:
            shaped = word.shape(shaped)
        if shaped is draft or shaped == draft:
            return draft
        draft = shaped
    return draft


# An algorithm decides a length, a length one more; what has not settled by then is a contradiction.
_ROUNDS = 4

# They shape subject and names, and look at nothing else of a draft; all others shape and look at everything else.
_NAMING = (names.Required, names.NoWildcard, names.First, names.OneUri, names.Address, subject.CommonName)


def parted(terms: Iterable[Term]) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The terms that shape a draft: those that shape its names, and the others, which places of a kind have in common.

    Each part can be folded by itself.
    """
    shaping = [term for term in terms if type(term).shape is not Word.shape]
    naming = tuple([term for term in shaping if isinstance(term, _NAMING)])
    return naming, tuple([term for term in shaping if not isinstance(term, _NAMING)])
