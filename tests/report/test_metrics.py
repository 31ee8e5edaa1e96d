"""The Prometheus text is what Prometheus reads, under the names of x509-certificate-exporter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from certwright.report.metrics import Exposed, metrics_text
from certwright.x509.read import read_certificate

from .samples import NOW, STANDING

KEY = ec.generate_private_key(ec.SECP256R1())
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)


def exposed(common_name: str = "portal.contoso.com", until: datetime = END) -> Exposed:
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Contoso"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 4711, BEGIN, until)
    der = builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)
    return Exposed("east/portal/portal.pfx", "east/portal", read_certificate(der))


def families(text: str) -> dict[str, Metric]:
    return {one.name: one for one in text_string_to_metric_families(text)}


def test_certificates_carry_the_names_and_labels_of_the_exporter() -> None:
    told = families(metrics_text(STANDING, [exposed()], "1.2.3"))
    (sample,) = told["x509_cert_not_after"].samples
    assert sample.value == END.timestamp()
    assert sample.labels == {
        "filename": "portal.pfx",
        "filepath": "east/portal/portal.pfx",
        "place": "east/portal",
        "serial_number": "4711",
        **{f"{role}_{part}": "" for role in ("issuer", "subject") for part in ("C", "L", "OU", "ST")},
        **{f"{role}_O": "Contoso" for role in ("issuer", "subject")},
        **{f"{role}_CN": "portal.contoso.com" for role in ("issuer", "subject")},
    }
    values = {name: told[name].samples[0].value for name in told if name.startswith("x509_")}
    assert values == {
        "x509_cert_not_before": BEGIN.timestamp(),
        "x509_cert_not_after": END.timestamp(),
        "x509_cert_expired": 0,
        "x509_cert_expires_in_seconds": (END - NOW).total_seconds(),
        "x509_cert_valid_since_seconds": (NOW - BEGIN).total_seconds(),
    }
    assert {one.type for one in told.values()} == {"gauge"}


def test_what_has_expired_says_so() -> None:
    told = families(metrics_text(STANDING, [exposed(until=NOW)], ""))
    assert told["x509_cert_expired"].samples[0].value == 1
    assert told["x509_cert_expires_in_seconds"].samples[0].value == 0


def test_what_is_due_and_when_lists_end_is_told() -> None:
    told = families(metrics_text(STANDING, [], "1.2.3"))
    due = {sample.labels["place"]: sample.value for sample in told["certwright_due"].samples}
    assert due == {row.place: bool(row.due) for row in STANDING.rows}
    assert set(due.values()) == {0, 1}
    ends = {sample.labels["authority"]: sample.value for sample in told["certwright_crl_next_update"].samples}
    assert ends == {crl.authority: crl.next_update.timestamp() for crl in STANDING.crls}
    (rotation,) = told["certwright_rotation_blocks"].samples
    assert (rotation.labels, rotation.value) == ({"issuer": "contoso", "generation": "2", "to": "signing"}, 3)
    assert told["certwright_looked_at"].samples[0].value == NOW.timestamp()
    assert told["certwright_build_info"].samples[0].labels == {"version": "1.2.3"}
    assert "x509_cert_not_after" not in told


def test_a_later_look_leaves_less() -> None:
    later = metrics_text(replace(STANDING, now=NOW + timedelta(days=1)), [exposed()], "")
    left = families(later)["x509_cert_expires_in_seconds"].samples[0].value
    assert left == (END - NOW).total_seconds() - 86400


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_no_name_breaks_a_line(name: str) -> None:
    told = families(metrics_text(STANDING, [exposed(name.encode()[:60].decode("utf-8", "ignore") or "a")], ""))
    assert len(told["x509_cert_not_after"].samples) == 1
