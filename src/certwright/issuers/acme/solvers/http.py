"""http-01 answered by ourselves: a server of a few lines that knows its tokens and nothing else (RFC 8555 8.3)."""

from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from certwright.acme.challenges import HTTP_FOLDER
from certwright.acme.proof import HTTP
from certwright.issuers.acme.solvers import Proof
from certwright.issuers.acme.solvers.listening import Listener


class HttpServer:
    """Answers at `place` while something stands."""

    kind, lasting = HTTP, False

    def __init__(self, place: tuple[str, int]) -> None:
        self._answers: dict[str, bytes] = {}
        self._listener = Listener(place, _handler(self._answers), HTTP)

    def put_up(self, proofs: Sequence[Proof]) -> None:
        self._answers.update({HTTP_FOLDER + one.token: one.authorization.encode("ascii") for one in proofs})
        self._listener.start()

    def take_away(self, proofs: Sequence[Proof]) -> None:
        for one in proofs:
            self._answers.pop(HTTP_FOLDER + one.token, None)
        if not self._answers:
            self._listener.stop()


def _handler(answers: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "certwright", ""
        timeout = 10

        def do_GET(self) -> None:
            answer = answers.get(self.path)
            self.send_response(HTTPStatus.OK if answer else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(len(answer or b"")))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server gives it
            """Only the command line speaks."""

    return Handler
