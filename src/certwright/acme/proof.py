"""The kinds of proof ACME knows, and what each can never prove."""

from certwright.model import GeneralName
from certwright.speech import tr

HTTP, DNS, ALPN = "http-01", "dns-01", "tls-alpn-01"
KINDS = (HTTP, DNS, ALPN)


def cannot_prove(kind: str, name: GeneralName) -> str:
    """Why a challenge of that kind can never prove that name, as a sentence; "" when it can."""
    if name.kind not in ("dns", "ip"):
        return tr("ACME certifies DNS names and IP addresses only")
    if name.kind == "ip" and kind == DNS:
        return tr("dns-01 cannot prove an IP address (RFC 8738 7); http-01 and tls-alpn-01 can")
    if name.value.startswith("*.") and kind != DNS:
        return tr("only dns-01 can prove a wildcard (RFC 8555 7.1.3)")
    return ""
