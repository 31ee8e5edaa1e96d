"""Notices as JSON to a web address: one POST, signed, retried a little, never redirected."""

import hashlib
import hmac
import http.client
import json
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from certwright.errors import Broken
from certwright.notices import SECONDS
from certwright.report.notice import Notice, notice_document
from certwright.speech import tr
from certwright.value import field, value

PAUSES = (1.0, 5.0)  # seconds before it is tried again
AGAIN = (429, 500, 502, 503, 504)  # answers that may be others a little later


@value
class Webhook:
    """An address, and the secret both sides know ("" for none). `sleep` waits so many seconds.

    With a secret, `X-Certwright-Signature` is `sha256=` and the HMAC-SHA256 of `<timestamp>.<body>` in hexadecimal;
    the timestamp is in `X-Certwright-Timestamp` (seconds since 1970), so that an old message cannot be sent again.
    """

    url: str
    sleep: Callable[[float], None]
    secret: str = field(default="", repr=False)
    roots: str = ""
    seconds: float = SECONDS

    def tell(self, notice: Notice) -> None:
        """Post the notice. Broken, naming the host, when nobody answers 2xx after three tries."""
        body = json.dumps(notice_document(notice)).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "certwright", **self._signature(notice, body)}
        why = ""
        for pause in (0.0, *PAUSES):
            if pause:
                self.sleep(pause)
            try:
                status, reason = self._post(body, headers)
            except (OSError, http.client.HTTPException) as failure:
                why = getattr(failure, "strerror", None) or str(failure) or type(failure).__name__
                continue
            if 200 <= status < 300:
                return
            why = f"{status} {reason}"
            if status not in AGAIN:
                break
        raise Broken(
            tr("the webhook at {host} was not told: {why}", host=urlsplit(self.url).netloc, why=why),
            tr("check the webhook section under notify: and who listens there; redirects are not followed"),
        )

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=self.roots or None)
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, parts.port, timeout=self.seconds, context=context
            )
        else:
            connection = http.client.HTTPConnection(host, parts.port, timeout=self.seconds)
        try:
            connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
            answer = connection.getresponse()
            return answer.status, answer.reason
        finally:
            connection.close()

    def _signature(self, notice: Notice, body: bytes) -> dict[str, str]:
        if not self.secret:
            return {}
        timestamp = str(int(notice.now.timestamp()))
        digest = hmac.new(self.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"X-Certwright-Timestamp": timestamp, "X-Certwright-Signature": f"sha256={digest}"}
