"""tls-alpn-01 answered by ourselves: a TLS server that shows one certificate a name and says nothing (RFC 8737)."""

import ssl
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from socketserver import BaseRequestHandler
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certwright.acme.challenges import ALPN_PROTOCOL, alpn_certificate, server_name
from certwright.acme.proof import ALPN
from certwright.issuers.acme.solvers import Proof
from certwright.issuers.acme.solvers.listening import Listener


class AlpnServer:
    """Answers at `place` while something stands. `now` dates the certificates; their keys never leave this object."""

    kind, lasting = ALPN, False

    def __init__(self, place: tuple[str, int], now: Callable[[], datetime]) -> None:
        self._now = now
        self._answers: dict[str, ssl.SSLContext] = {}
        self._names: dict[str, str] = {}
        self._listener = Listener(place, _handler(self._answers), ALPN)

    def put_up(self, proofs: Sequence[Proof]) -> None:
        for one in proofs:
            name = server_name(one.identifier)
            self._answers[name] = _context(one, self._now())
            self._names[one.token] = name
        self._listener.start()

    def take_away(self, proofs: Sequence[Proof]) -> None:
        for one in proofs:
            self._answers.pop(self._names.pop(one.token, ""), None)
        if not self._answers:
            self._listener.stop()


def _context(proof: Proof, now: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    serial = int.from_bytes(proof.token.encode("ascii")[:16])
    certificate = alpn_certificate(proof.identifier, proof.authorization, key, serial, now)
    context = _bare()
    with tempfile.TemporaryDirectory() as folder:  # the ssl module reads files only; the folder is closed to others
        file = Path(folder) / "challenge.pem"
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(pem + ssl.DER_cert_to_PEM_cert(certificate).encode("ascii"))
        context.load_cert_chain(file)
    return context


def _bare() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols([ALPN_PROTOCOL])
    return context


def _handler(answers: dict[str, ssl.SSLContext]) -> type[BaseRequestHandler]:
    def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        answer = answers.get((name or "").lower())
        if answer is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = answer
        return None

    class Handler(BaseRequestHandler):
        request: Any

        def handle(self) -> None:
            front = _bare()
            front.sni_callback = choose
            with front.wrap_socket(self.request, server_side=True) as connection:
                connection.settimeout(10)

    return Handler
