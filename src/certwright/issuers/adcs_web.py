"""The correspondent that is the web enrolment of an AD CS (certsrv): a form goes out, a page says what became of it.

Tested against a double that speaks NTLM and serves the known pages; not proven against a real server.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from certwright.errors import Broken, Refused, Unreadable
from certwright.issuers import Answer, Declined, Request, Ticket, Waiting
from certwright.issuers.adcs_pages import Told, read_standing, read_submission
from certwright.issuers.adcs_session import Credentials, Page, Session
from certwright.pack.adcs_templates import template_for
from certwright.pack.pem import armour
from certwright.speech import tr
from certwright.x509.pem import certificates_in

_NO_TEMPLATE = re.compile(r"[\r\n]")
_KINDS_OF_TEXT = ("text/html", "text/plain")


class AdcsWeb:
    r"""An AD CS behind `url` (https://host/certsrv). `ways` of signing in are negotiate, kerberos, ntlm.

    Its ticket is the number of the request at that CA. A kill between sending the form and reading the page leaves a
    request at the CA that nobody asks for again; the next run sends another for the same key.
    """

    def __init__(
        self,
        url: str,
        ways: Sequence[str],
        credentials: Credentials | None,
        seconds: Callable[[], float],
        *,
        roots: str = "",
    ) -> None:
        self._session = Session(url, ways, credentials, seconds, roots=roots)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def submit(self, request: Request, ticket: Ticket | None) -> Ticket:
        """Send the form, unless this CA has the request and did not deny it at once. Broken when it cannot say."""
        if ticket and ticket.get("url") == self._session.url and ticket.get("state") not in (None, "", "denied"):
            return ticket
        page = self._session.fetch("certfnsh.asp", form=_form(request))
        told = read_submission(page.text)
        if told.state == "failed":
            raise Broken(
                tr("the CA at {host} did not take the request: {reason}", host=self._session.host, reason=told.reason),
                _hint(told),
            )
        return {
            "url": self._session.url,
            "state": told.state,
            "request": told.number,
            "reason": told.reason,
            "code": told.code,
        }

    def collect(self, request: Request, ticket: Ticket) -> tuple[Ticket, Answer | Waiting | Declined]:
        """The certificate, once there is one. Broken when the CA cannot say."""
        number = str(ticket.get("request", ""))
        if ticket.get("state") == "denied":
            told = Told("denied", number, str(ticket.get("reason", "")), str(ticket.get("code", "")))
            return ticket, Declined(told.reason, _hint(told))
        page = self._session.fetch("certnew.cer", {"ReqID": number, "Enc": "b64"})
        found = _certificates(page)
        if found:
            source = tr("request {number} at {host}", number=number, host=self._session.host)
            return {**ticket, "state": "issued"}, Answer(found[0], (*found[1:], *self._chain(number)), source)
        told = read_standing(page.text, number)
        if told.state == "denied":
            return ticket, Declined(told.reason, _hint(told))
        if told.state == "failed":
            raise Broken(
                tr("the CA at {host} cannot say what became of the request: {reason}", host=self._session.host,
                   reason=told.reason),
                _hint(told),
            )  # fmt: skip
        reason = tr("request {number} waits at {host}: {reason}", number=number, host=self._session.host,
                    reason=told.reason)  # fmt: skip
        return ticket, Waiting(reason, hint=tr("a certificate manager issues it in the console of the CA"))

    def _chain(self, number: str) -> tuple[bytes, ...]:
        """Everything above; nothing when the CA does not tell, because it may stand in the deployment file."""
        return _certificates(self._session.fetch("certnew.p7b", {"ReqID": number, "Enc": "b64"}))


def _form(request: Request) -> Mapping[str, str]:
    """What the page for advanced requests sends. Refused for a template's name that would add an attribute."""
    template = request.template or template_for(request.draft).name
    if _NO_TEMPLATE.search(template):
        raise Refused(tr("{template!r} cannot be the name of a template", template=template))
    return {
        "Mode": "newreq",
        "CertRequest": armour("CERTIFICATE REQUEST", request.csr, "\r\n").decode("ascii"),
        "CertAttrib": f"CertificateTemplate:{template}\r\n",
        "FriendlyType": "Saved-Request Certificate",
        "ThumbPrint": "",
        "TargetStoreFlags": "0",
        "SaveCert": "yes",
    }


def _certificates(page: Page) -> tuple[bytes, ...]:
    """The certificates of an answer; none when it is a page for people."""
    if page.kind in _KINDS_OF_TEXT and b"-----BEGIN" not in page.body:
        return ()
    try:
        return certificates_in(page.body)
    except Unreadable as trouble:
        raise Broken(
            tr("the CA answered with something that is no certificate: {reason}", reason=trouble.what)
        ) from trouble


def _hint(told: Told) -> str:
    """What the CA's administrator can do about the codes that everybody meets."""
    match told.code:
        case "0x80094800" | "0x80094801":
            return tr("publish that template at the CA, or name another as template: of this issuer")
        case "0x80094012":
            return tr("allow the account to enrol with that template")
        case "0x80094811":
            return tr("the template wants a longer key: say key: rsa-4096, or change the template")
        case "0x80094001" | "0x80094802":
            return tr("the template must take the subject from the request")
        case "0x800706ba":
            return tr("start the service of the CA (CertSvc)")
    return tr("ask the CA's administrator: it is among its failed requests") if told.number else ""
