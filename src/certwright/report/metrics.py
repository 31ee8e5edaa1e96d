"""What is held → the Prometheus text format, for node_exporter's textfile collector.

Names and labels are those of x509-certificate-exporter, so that its dashboards and alerts work as they are; what it has
no name for begins with `certwright_`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from certwright.report.inventory import Standing
from certwright.value import value
from certwright.x509.facts import CertificateFacts
from certwright.x509.name import SHORT_NAMES, parse_name

LABELLED = ("C", "CN", "L", "O", "OU", "ST")  # the attributes of a name the exporter has labels for


@value
class Exposed:
    """A certificate that lies at the target: the path of its file, its place, and its facts."""

    path: str
    place: str
    facts: CertificateFacts


def metrics_text(standing: Standing, exposed: Sequence[Exposed], version: str) -> str:
    """Every sample at `standing.now`, one family after the other, as the text format 0.0.4 wants it."""
    now = standing.now
    labels = [_labels(one) for one in exposed]
    facts = [one.facts for one in exposed]
    families = [
        ("x509_cert_not_before", "Begin of validity, seconds since 1970.", [_seconds(f.not_before) for f in facts]),
        ("x509_cert_not_after", "End of validity, seconds since 1970.", [_seconds(f.not_after) for f in facts]),
        ("x509_cert_expired", "Whether it has expired.", [int(f.not_after <= now) for f in facts]),
        ("x509_cert_expires_in_seconds", "Seconds left.", [_seconds(f.not_after) - _seconds(now) for f in facts]),
        ("x509_cert_valid_since_seconds", "Seconds passed.", [_seconds(now) - _seconds(f.not_before) for f in facts]),
    ]
    lines = [
        line for name, text, samples in families for line in _family(name, text, zip(labels, samples, strict=True))
    ]
    due = {row.place: int(bool(row.due)) for row in standing.rows}
    lines += _family(
        "certwright_due", "Whether a place needs something now.", (({"place": p}, n) for p, n in due.items())
    )
    lists = [({"authority": crl.authority}, _seconds(crl.next_update)) for crl in standing.crls]
    lines += _family("certwright_crl_next_update", "When a revocation list is out of force, seconds since 1970.", lists)
    turns = [
        ({"issuer": turn.issuer, "generation": str(turn.number), "to": turn.to}, turn.blocks) for turn in standing.turns
    ]
    lines += _family("certwright_rotation_blocks", "How many things keep a rotation from its next step.", turns)
    lines += _canaries(standing)
    lines += _family("certwright_looked_at", "When these were taken, seconds since 1970.", [({}, _seconds(now))])
    lines += _family("certwright_build_info", "Who wrote them.", [({"version": version}, 1)])
    return "\n".join([*lines, ""])


def _canaries(standing: Standing) -> Iterator[str]:
    """The newest canary of every authority that has one."""
    rows = [({"authority": one.authority}, one) for one in standing.canaries]
    begun = [(labels, _seconds(one.revoked)) for labels, one in rows]
    after = [(labels, _seconds(one.seen) - _seconds(one.revoked)) for labels, one in rows if one.seen]
    late = [(labels, int((one.seen or standing.now) > one.promised)) for labels, one in rows]
    yield from _family("certwright_canary_revoked", "When the canary was revoked, seconds since 1970.", begun)
    yield from _family("certwright_canary_found_after_seconds", "How long after that it was found listed.", after)
    yield from _family("certwright_canary_late", "Whether it was not found in the time that was promised.", late)


def _labels(one: Exposed) -> dict[str, str]:
    parts: dict[str, str] = {}
    for role, name in (("issuer", one.facts.issuer), ("subject", one.facts.subject)):
        parts |= dict.fromkeys((f"{role}_{key}" for key in LABELLED), "")
        for part in parse_name(name):
            if (key := SHORT_NAMES.get(part.oid.dotted_string, "")) in LABELLED:
                parts[f"{role}_{key}"] = str(part.value)
    return {
        "filename": one.path.rpartition("/")[2],
        "filepath": one.path,
        "place": one.place,
        "serial_number": str(one.facts.serial),
        **parts,
    }


def _family(name: str, text: str, samples: Any) -> Iterator[str]:
    """The lines of one metric. A family without samples says nothing at all."""
    rows = [f"{name}{_braced(labels)} {number}" for labels, number in samples]
    if rows:
        yield f"# HELP {name} {text}"
        yield f"# TYPE {name} gauge"
        yield from rows


def _braced(labels: Mapping[str, str]) -> str:
    told = ",".join(f'{name}="{_escaped(labels[name])}"' for name in sorted(labels))
    return f"{{{told}}}" if told else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
