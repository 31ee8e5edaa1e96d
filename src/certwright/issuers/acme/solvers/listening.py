"""A server of ours that lives only while a challenge stands: a thread, a socket, one handler a connection."""

import socket
import socketserver
from collections.abc import Callable
from threading import Thread
from typing import Any

from certwright.acme.told import plain
from certwright.errors import Broken
from certwright.speech import tr

PATIENCE = 10.0  # seconds a caller may keep a connection without saying anything
_Handler = Callable[[Any, Any, socketserver.BaseServer], socketserver.BaseRequestHandler]


class Listener:
    """Serves with `handler` from `start` to `stop` at a place: an address, or "" for every one."""

    def __init__(self, place: tuple[str, int], handler: _Handler, kind: str) -> None:
        self._place = place
        self._handler = handler
        self._kind = kind
        self._server: _Server | None = None

    def start(self) -> None:
        """Begin to listen. Broken when the place is taken or forbidden."""
        if self._server is not None:
            return
        try:
            opened = _opened(self._place)
        except OSError as failure:
            raise Broken(
                tr(
                    "{kind} cannot listen at {address} port {port} ({reason})",
                    kind=self._kind,
                    address=self._place[0] or tr("any address"),
                    port=self._place[1],
                    reason=failure.strerror or plain(str(failure)),
                ),
                tr("free the port, run with the right to use it, or choose another place with listen: or webroot:"),
            ) from failure
        self._server = _Server(opened, self._handler)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def stop(self) -> None:
        """Stop listening and let go of the port."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(socketserver.ThreadingMixIn, socketserver.BaseServer):
    """Like `socketserver.TCPServer`, around a socket that listens already."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, listening: socket.socket, handler: _Handler) -> None:
        super().__init__(listening.getsockname(), handler)
        self.socket = listening

    def fileno(self) -> int:
        return self.socket.fileno()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, caller = self.socket.accept()
        connection.settimeout(PATIENCE)
        return connection, caller

    def shutdown_request(self, request: Any) -> None:
        request.close()

    def server_close(self) -> None:
        self.socket.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Strangers knock at an open port and say anything; the CA's verdict is what counts, and it is asked for."""


def _opened(place: tuple[str, int]) -> socket.socket:
    host, port = place
    if not host and socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=64)
