"""A double of certsrv: https, NTLM and Negotiate spoken by pyspnego as the server, the pages as they are known.

It holds a CA of its own, checks the signature of what it is sent, and has the manners of IIS: a connection is vouched
for, forms are read only then, a certificate has its media type only for browsers.
"""

import ssl
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import spnego
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from certwright.issuers.adcs_channel import end_point

PENDING = """<HTML><Head><Title>Microsoft Active Directory Certificate Services</Title>
<Style>P {{ margin: 8.5. }}</Style></Head><Body>
<P ID=locPageTitle> <Font Color=#FF0000><B> Certificate Pending</B></Font>
<P ID=locPending> Your certificate request has been received. However, you must wait for an administrator to issue
the certificate you requested. <P> Your Request Id is {number}. <P> Please return to this web site in a day or two.
</Body></HTML>"""
PENDING_GERMAN = """<HTML><Body><P ID=locPageTitle><B> Zertifikat ausstehend</B>
<P> Ihre Zertifikatanforderung wurde empfangen. Ein Administrator muss das Zertifikat ausstellen.
<P> Die Anforderungskennung lautet {number}. </Body></HTML>"""
DENIED = """<HTML><Body><P ID=locPageTitle> <Font Color=#FF0000><B>Certificate Request Denied</B></Font>
<P> Your certificate request was denied. <P> Your Request Id is {number}. The disposition message is
"{reason}". <P> Contact your administrator for further information. </Body></HTML>"""
FAILED = """<HTML><Body><P ID=locPageTitle> <B>Error</B> <P> Your request failed. An error occurred while the server was
processing your request. <Table><TR><TD>Request Mode:<TD>newreq - New Request</TR><TR><TD>Disposition:<TD>(never set)
</TR><TR><TD>Disposition message:<TD>(none)</TR><TR><TD>Result:<TD>{reason}</TR><TR><TD>COM Error Info:<TD>(none)
</TR></Table></Body></HTML>"""
ISSUED = """<HTML><Head><Script Language="VBScript">
sub go() : location="certnew.cer?ReqID={number}&Enc=" + getEncoding() : end sub
</Script></Head><Body><B>Certificate Issued</B>
<A Href="certnew.p7b?ReqID={number}&amp;Enc=b64">chain</A></Body></HTML>"""
STANDING = """<HTML><Body><B>Error</B><Table><TR><TD>Request Mode:<TD>retrieve</TR>
<TR><TD>Disposition message:\t\t{reason}</TR><TR><TD>Result:<TD>(none)</TR></Table></Body></HTML>"""


class Ca:
    """The CA behind the pages. `manner` says what becomes of a request: issue, wait, deny, fail; `forms` were sent."""

    def __init__(self, now: datetime) -> None:
        self.now, self.manner, self.reason = now, "issue", ""
        self.forms: list[dict[str, str]] = []
        self.requests: dict[str, x509.CertificateSigningRequest] = {}
        self.issued: dict[str, x509.Certificate] = {}
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Double Issuing CA")])
        itself = x509.BasicConstraints(ca=True, path_length=None), x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        self.certificate = self.sign(name, self.key.public_key(), name, itself, timedelta(days=4000))

    def sign(
        self, subject: x509.Name, key: Any, issuer: x509.Name, extensions: Any, life: timedelta = timedelta(days=1100)
    ) -> x509.Certificate:
        start = self.now - timedelta(days=1)
        builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), start, start + life)
        for one in (*extensions, x509.SubjectKeyIdentifier.from_public_key(key)):
            builder = builder.add_extension(one, critical=isinstance(one, x509.BasicConstraints | x509.KeyUsage))
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, number: str) -> None:
        asked = self.requests[number]
        point = x509.DistributionPoint(
            [x509.UniformResourceIdentifier("http://pki.contoso.com/double.crl")], None, None, None
        )
        own = (
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
            x509.CRLDistributionPoints([point]),
        )
        wanted = [one.value for one in asked.extensions]
        self.issued[number] = self.sign(asked.subject, asked.public_key(), self.certificate.subject, (*wanted, *own))

    def submit(self, form: dict[str, str]) -> str:
        """The page for a form."""
        self.forms.append(form)
        if self.manner == "fail":
            return FAILED.format(reason=self.reason)
        request = x509.load_pem_x509_csr(form["CertRequest"].encode())
        assert request.is_signature_valid
        number = str(len(self.forms) + 40)
        self.requests[number] = request
        if self.manner == "issue":
            self.issue(number)
            return ISSUED.format(number=number)
        page = {"deny": DENIED, "wait": PENDING, "warten": PENDING_GERMAN}[self.manner]
        return page.format(number=number, reason=self.reason)


class Visit(BaseHTTPRequestHandler):
    """A connection: who comes is asked once, and remembered as long as it lasts."""

    protocol_version = "HTTP/1.1"
    server: "Certsrv"
    vouched = False
    conversation: Any = None

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if self._known():
            getattr(self, {"/certsrv/certnew.cer": "_cer", "/certsrv/certnew.p7b": "_p7b"}.get(url.path, "_lost"))(
                query
            )

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._known():
            return None
        if urlsplit(self.path).path != "/certsrv/certfnsh.asp":
            return self._lost({})
        form = {name: values[0] for name, values in parse_qs(content.decode(), keep_blank_values=True).items()}
        return self._page(self.server.ca.submit(form))

    def _known(self) -> bool:
        """Who comes, as IIS with Windows authentication and extended protection wants to know it."""
        if self.vouched:
            return True
        scheme, _, text = self.headers.get("Authorization", "").partition(" ")
        if scheme not in self.server.offers:
            self._challenge(*self.server.offers)
            return False
        if self.conversation is None:
            self.conversation = spnego.server(
                protocol="ntlm" if scheme == "NTLM" else "negotiate", channel_bindings=self.server.bindings
            )
        self.server.attempts += 1
        try:
            answer = self.conversation.step(b64decode(text))
        except SpnegoError:
            self.conversation = None
            self._challenge(*self.server.offers)
            return False
        if self.conversation.complete:
            self.vouched = True
            return True
        self._challenge(f"{scheme} {b64encode(answer).decode()}")
        return False

    def _challenge(self, *ways: str) -> None:
        self.send_response(401)
        for way in ways:
            self.send_header("WWW-Authenticate", way)
        self._body("text/html", b"<HTML>401 - Unauthorized</HTML>")

    def _cer(self, query: dict[str, str]) -> None:
        found = self.server.ca.issued.get(query["ReqID"])
        if not found:
            return self._page(STANDING.format(reason=self.server.ca.reason or "Taken Under Submission"))
        self.send_response(200)
        browser = "Mozilla" in self.headers.get("User-Agent", "")
        return self._body("application/pkix-cert" if browser else "text/html", found.public_bytes(Encoding.PEM))

    def _p7b(self, query: dict[str, str]) -> None:
        found = [self.server.ca.issued[query["ReqID"]], self.server.ca.certificate]
        packed = b64encode(pkcs7.serialize_certificates(found, Encoding.DER))
        self.send_response(200)
        text = b"-----BEGIN CERTIFICATE-----\r\n" + packed + b"\r\n-----END CERTIFICATE-----\r\n"
        self._body("application/x-pkcs7-certificates", text)

    def _page(self, text: str) -> None:
        self.send_response(self.server.status)
        self._body("text/html", text.encode() + b" " * self.server.padding)

    def _lost(self, _: dict[str, str]) -> None:
        self.send_response(404)
        self._body("text/html", b"<HTML>404</HTML>")

    def _body(self, kind: str, content: bytes) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Certsrv(ThreadingHTTPServer):
    """The pages of a CA at `url`; `root` is the certificate of their https, PEM, and signs itself."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder: Path, now: datetime) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.ca, self.attempts, self.status, self.padding = Ca(now), 0, 200, 0
        self.offers: tuple[str, ...] = ("Negotiate", "NTLM")
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(days=1), now + timedelta(days=9))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.root = made.public_bytes(Encoding.PEM).decode()
        self.bindings = bindings(made.public_bytes(Encoding.DER))
        both = made.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "https.pem").write_bytes(both)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "https.pem")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"https://localhost:{self.server_port}/certsrv"

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no fault of the server."""


def bindings(certificate: bytes) -> GssChannelBindings:
    """What ties a conversation to a channel with that certificate."""
    return GssChannelBindings(application_data=b"tls-server-end-point:" + end_point(certificate))


@contextmanager
def running(folder: Path) -> Iterator[Certsrv]:
    """The double, as long as it is needed."""
    with Certsrv(folder, datetime.now(UTC).replace(microsecond=0)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
