"""Notices by e-mail (SMTP, RFC 5321): over TLS from the first byte, after STARTTLS, or in the open if so wished."""

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Literal

from certwright.errors import Broken
from certwright.notices import SECONDS
from certwright.report.notice import Notice, notice_text, title
from certwright.speech import tr
from certwright.value import field, value

Security = Literal["tls", "starttls", "none"]


@value
class Mail:
    """A mail server, who writes and who is written to. `roots` is a PEM file trusted beside nothing else, or "".

    `user` and `password` are given to the server only over TLS.
    """

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    roots: str = ""
    seconds: float = SECONDS

    def tell(self, notice: Notice) -> None:
        """Send the notice to everybody. Broken, naming the server, when it is not taken for all of them."""
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password)
                refused = server.send_message(message(notice, self.sender, self.to))
        except smtplib.SMTPAuthenticationError as failure:
            raise self._broken(tr("it refused the user or the password")) from failure
        except smtplib.SMTPRecipientsRefused as failure:
            raise self._broken(
                tr("it takes mail for nobody of {people}", people=", ".join(failure.recipients))
            ) from failure
        except (OSError, smtplib.SMTPException) as failure:  # TLS failures are OSErrors, too
            raise self._broken(_told(failure)) from failure
        if refused:
            raise self._broken(tr("it takes no mail for {people}", people=", ".join(refused)))

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=self._context())
        server = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        if self.security == "starttls":
            try:
                server.starttls(context=self._context())
            except BaseException:
                server.close()
                raise
        return server

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.roots or None)

    def _broken(self, why: str) -> Broken:
        return Broken(
            tr("the mail server {server} was not told: {why}", server=f"{self.host}:{self.port}", why=why),
            tr("check the mail section under notify: and the server's own log"),
        )


def message(notice: Notice, sender: str, to: Sequence[str]) -> EmailMessage:
    """The notice as a mail. `X-Certwright-Kind` lets a mailbox sort them."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, ", ".join(to)
    mail["Subject"] = title(notice)
    mail["Date"] = _date(notice.now)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or None)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation replies
    mail["X-Certwright-Kind"] = notice.kind
    mail.set_content(notice_text(notice))
    return mail


def _date(when: datetime) -> str:
    return format_datetime(when)


def _told(failure: Exception) -> str:
    if isinstance(failure, smtplib.SMTPResponseException):
        said = failure.smtp_error
        return f"{failure.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return getattr(failure, "strerror", None) or str(failure) or type(failure).__name__
