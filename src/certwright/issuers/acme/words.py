"""What a CA's refusal means to whoever reads it: one sentence, and what to do (the error types of RFC 8555 6.7)."""

from collections.abc import Iterable

from certwright.acme.documents import ProblemDocument
from certwright.speech import tr


def refusal(what: str, problem: ProblemDocument) -> tuple[str, str]:
    """A sentence that says what (a thing, not a sentence) was refused and why, in the CA's words; and a hint."""
    reasons = list(_reasons(problem))
    told = "; ".join(reasons) if reasons else problem.kind
    return tr("the CA refused {what}: {reasons} ({kind})", what=what, reasons=told, kind=problem.kind), hint(problem)


def _reasons(problem: ProblemDocument) -> Iterable[str]:
    for one in (problem, *problem.parts):
        if one.detail:
            yield f"{one.identifier}: {one.detail}" if one.identifier else one.detail


def hint(problem: ProblemDocument) -> str:
    """What to do about a problem of that kind; "" when nothing is known to help."""
    match problem.parts[0].kind if problem.kind == "compound" and problem.parts else problem.kind:
        case "externalAccountRequired":
            return tr("ask the CA for a key identifier and a MAC key, and name them as eab: of this issuer")
        case "userActionRequired":
            return tr("the CA asks for something by hand: open {page}", page=problem.instance or tr("its web page"))
        case "accountDoesNotExist":
            return tr("the CA has forgotten the account: run again, and it is made anew")
        case "unauthorized":
            return tr("see that the account may do that, and that the name leads to our answer to its challenge")
        case "serverInternal":
            return tr("run again later; if it stays so, tell the CA's operator")
        case "rateLimited":
            return tr("run again later; the CA counts orders, failures and accounts")
        case "rejectedIdentifier" | "unsupportedIdentifier":
            return tr("this CA does not certify that name; choose another issuer for it")
        case "caa":
            return tr("add the CA to the domain's CAA record")
        case "dns":
            return tr("see that the record is on every name server of the domain, and that DNSSEC is in order")
        case "connection":
            return tr("let the CA reach this name: port 80 for http-01, port 443 for tls-alpn-01")
        case "incorrectResponse" | "tls":
            return tr("something else answers at that name; see where it leads, and what stands in front of it")
        case "badCSR" | "badPublicKey" | "badSignatureAlgorithm":
            return tr("this CA does not take that key or request; choose another key: for the place")
        case "invalidProfile":
            return tr("choose a profile the CA's directory names")
        case "invalidContact" | "unsupportedContact":
            return tr("correct contact: of this issuer")
        case "alreadyRevoked":
            return tr("nothing needs to be done: it is revoked")
    return ""
