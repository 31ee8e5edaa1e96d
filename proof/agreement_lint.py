"""pkilint and certwright on the same certificates, rule by rule, where both have the rule."""

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import cryptography_vectors
from pkilint import loader, validation
from pkilint.cabf import serverauth
from pkilint.cabf.serverauth import serverauth_constants
from pkilint.pkix import certificate

from certwright.errors import Unreadable
from certwright.terms import bind
from certwright.terms.seen import Seen
from certwright.x509.facts import CertificateFacts
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

ROOT = Path(__file__).parent.parent
VECTORS = Path(cryptography_vectors.__file__).parent
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SINCE = datetime(2024, 1, 1, tzinfo=UTC)  # whose rules pkilint applies: 398 days at most
DAYS = 398

Says = Callable[[CertificateFacts], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that both have. `ours` is its code here, `says` whether it finds something; `theirs` pkilint's codes.

    `leaves`: only certificates that are no authority are asked about it.
    """

    ours: str
    says: Says
    theirs: tuple[str, ...]
    leaves: bool = False


def _term(code: str, **values: object) -> Says:
    word = bind(code, values)
    return lambda facts: any(True for _ in word.check(Seen("", "", "der", certificate=facts), NOW))


def _defect(*parts: str, saying: str = "") -> Says:
    return lambda facts: any((not parts or one.part in parts) and saying in one.reason for one in facts.defects)


def _may_not_sign(facts: CertificateFacts) -> bool:
    """As the chain's diagnosis has it: an authority whose key usage is there and leaves signing certificates out."""
    return bool(facts.authority) and facts.key_usage is not None and "keyCertSign" not in facts.key_usage


def _short(facts: CertificateFacts) -> bool:
    return facts.key.algorithm == "rsa" and _term("key.length", minimum=2048)(facts)


_SERVER = "cabf.serverauth."
_LEAF = "cabf.serverauth.subscriber"
_NONE = "cabf.certificate_extensions_missing"
RULES = (
    Rule("defect in serial", _defect("serial"), ("pkix.certificate_serial_number_out_of_range",)),
    Rule(
        "defect in signature, algorithms differ",
        _defect("signature", saying="differ"),
        ("pkix.certificate_signature_algorithm_mismatch",),
    ),
    Rule("defect, extension twice", _defect(saying="a second time"), ("pkix.duplicate_extension",)),
    Rule(
        "defect in a time",
        _defect("not before", "not after", "validity"),
        ("pkix.utctime_incorrect_syntax", "pkix.generalizedtime_incorrect_syntax", "pkix.invalid_time_syntax"),
    ),
    Rule("chain: key usage lacks keyCertSign", _may_not_sign, ("pkix.ca_certificate_keycertsign_keyusage_not_set",)),
    Rule("usage.authority", _term("usage.authority", authority=False), (f"{_LEAF}_basic_constraints_ca_bit_set",)),
    Rule(
        "usage.extended",
        _term("usage.extended", all_of=["serverAuth"]),
        (f"{_LEAF}.serverauth_eku_absent", f"{_LEAF}.extended_key_usage_extension_absent", _NONE),
        leaves=True,
    ),
    Rule(
        "usage.key-usage",
        _term("usage.key-usage", all_of=["digitalSignature"]),
        (
            f"{_LEAF}_required_ku_missing",
            f"{_LEAF}.key_usage_extension_absent",
            f"{_LEAF}_recommended_ku_missing",
            _NONE,
        ),
        leaves=True,
    ),
    Rule(
        "names.required",
        lambda facts: not facts.has_names,
        (f"{_LEAF}.subject_altname_extension_absent", _NONE),
        leaves=True,
    ),
    Rule("key.length", _short, ("cabf.rsa_modulus_invalid_length",), leaves=True),
    Rule(
        "signature.hash", _term("signature.hash"), (f"{_SERVER}prohibited_signature_algorithm_encoding",), leaves=True
    ),
    Rule(
        "validity.maximum",
        _term("validity.maximum", days=DAYS),
        (f"{_SERVER}certificate_validity_period_exceeds_{DAYS}_days",),
        leaves=True,
    ),
)


@dataclass
class Count:
    """How the two met over one rule. `apart` are names of certificates, by who alone found something."""

    both: int = 0
    neither: int = 0
    ours: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)


@dataclass
class Counts:
    """All rules, and the certificates that pkilint could not load or not lint."""

    rules: Mapping[str, Count]
    certificates: int = 0
    unloadable: list[str] = field(default_factory=list)


def counted(found: Iterator[tuple[str, bytes]]) -> Counts:
    """Every certificate, once, before both."""
    counts = Counts({rule.ours: Count() for rule in RULES})
    seen: set[bytes] = set()
    for title, der in found:
        if der in seen:
            continue
        seen.add(der)
        counts.certificates += 1
        facts = read_certificate(der)
        codes = _linted(der)
        if codes is None:
            counts.unloadable.append(title)
            continue
        for rule in RULES:
            if not (rule.leaves and facts.authority):
                _count(counts.rules[rule.ours], rule.says(facts), not codes.isdisjoint(rule.theirs), title)
    return counts


def _count(count: Count, mine: bool, other: bool, title: str) -> None:
    if mine and other:
        count.both += 1
    elif mine:
        count.ours.append(title)
    elif other:
        count.theirs.append(title)
    else:
        count.neither += 1


def certificates(*, bounded: bool) -> Iterator[tuple[str, bytes]]:
    """Those of our cases and of the vectors that we can read at all; `bounded` for our own and the oddest of theirs."""
    for base in (ROOT / "tests" / "cases", VECTORS / "x509" / ("custom" if bounded else "")):
        for path in sorted(base.rglob("*")):
            if path.suffix in (".pem", ".der", ".crt", ".cer") and path.is_file() and "ocsp" not in path.parts:
                try:
                    ders = certificates_in(path.read_bytes())
                    yield from ((path.relative_to(base).as_posix(), one) for one in ders if read_certificate(one))
                except Unreadable:
                    continue


# ── pkilint ───────────────────────────────────────────────────────────────────────────────────────


@cache
def _linter() -> validation.Validator:
    logging.disable(logging.CRITICAL)  # it writes tracebacks of its own validators
    kind = serverauth_constants.CertificateType.DV_FINAL_CERTIFICATE
    return certificate.create_pkix_certificate_validator_container(
        serverauth.create_decoding_validators(), serverauth.create_validators(kind, lambda _: SINCE)
    )


def _linted(der: bytes) -> frozenset[str] | None:
    """The codes of everything pkilint finds; None when it cannot load or decode the certificate."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            loaded = loader.RFC5280CertificateDocumentLoader().load_der_document(der, "certificate")
            results = _linter().validate(loaded.root)
        except (ValueError, TypeError, KeyError):
            return None
    codes = frozenset(one.finding.code for result in results for one in result.finding_descriptions)
    return None if codes & {"itu.invalid_asn1_syntax", "base.unhandled_exception"} else codes
