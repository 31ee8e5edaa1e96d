"""Who is told what falls due, fails or waits, as the deployment file says it. Secrets stand in files it names."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from certwright.manifest.reading import Reading
from certwright.manifest.tree import Spot
from certwright.speech import noted, tr
from certwright.value import value

NOTIFY: Mapping[str, str] = {
    "mail": noted("a mail server, and who is written to"),
    "webhook": noted("a web address that is sent JSON"),
}
MAIL: Mapping[str, str] = {
    "server": noted("host, or host:port"),
    "from": noted("the sender's address"),
    "to": noted("the receivers' addresses, a list"),
    "security": noted("starttls (port 587), tls (port 465), or none (port 25)"),
    "user": noted("who logs in, if the server wants that"),
    "password_file": noted("a file whose first line is that user's password"),
    "roots": noted("a PEM file with the roots the server is verified with; without it those of this computer"),
}
WEBHOOK: Mapping[str, str] = {
    "url": noted("https://…, or http:// inside a network of yours"),
    "secret_file": noted("a file whose first line signs the messages (HMAC-SHA256)"),
    "roots": MAIL["roots"],
}
PORTS = {"starttls": 587, "tls": 465, "none": 25}
_ADDRESS = re.compile(r"[^\s@,<>]+@[^\s@,<>]+")


@value
class MailWish:
    """A mail server and addresses. Files are paths relative to the deployment file, "" for none."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    security: str = "starttls"
    user: str = ""
    password_file: str = ""
    roots: str = ""


@value
class WebhookWish:
    """A web address. Files as for mail."""

    url: str
    secret_file: str = ""
    roots: str = ""


@value
class NotifyWish:
    """Everybody who is told."""

    mail: MailWish | None = None
    webhook: WebhookWish | None = None


def read_notify(reading: Reading, top: Mapping[str, Spot]) -> NotifyWish:
    """What stands under notify:, nobody when nothing does. Mistakes are noted in `reading`."""
    if "notify" not in top:
        return NotifyWish()
    entries = reading.mapping(top["notify"], "notify", NOTIFY)
    mail = _mail(reading, entries["mail"]) if "mail" in entries else None
    return NotifyWish(mail, _webhook(reading, entries["webhook"]) if "webhook" in entries else None)


def _mail(reading: Reading, spot: Spot) -> MailWish:
    own = reading.mapping(spot, "mail", MAIL)
    security = reading.text(own, "security", "starttls")
    if security not in PORTS:
        reading.wrong(own["security"], tr("there is no such security"), expected=", ".join(PORTS))
    host, _, port = reading.text(own, "server", "").partition(":")
    if not host or (port and not port.isdigit()):
        at = own.get("server", spot)
        reading.wrong(at, tr("mail needs a server"), expected="mail.contoso.com, mail.contoso.com:587")
    to = reading.items(own["to"], "to") if "to" in own else []
    receivers = tuple(str(one.value) for one in to)
    for one in [own.get("from", spot), *to] if to else [own.get("to", spot)]:
        if not (isinstance(one.value, str) and _ADDRESS.fullmatch(one.value)):
            reading.wrong(one, tr("mail needs an address of a sender, and of receivers"), expected="pki@contoso.com")
    if "password_file" in own and "user" not in own:
        reading.wrong(own["password_file"], tr("a password without a user"), hint="user: …")
    texts = {key: reading.text(own, key, "") for key in ("from", "user", "password_file", "roots")}
    return MailWish(
        host, int(port) if port.isdigit() else PORTS.get(security, 587), texts["from"], receivers, security,
        texts["user"], texts["password_file"], texts["roots"],
    )  # fmt: skip


def _webhook(reading: Reading, spot: Spot) -> WebhookWish:
    own = reading.mapping(spot, "webhook", WEBHOOK)
    url = reading.text(own, "url", "")
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("https", "http") and bool(parts.hostname) and "@" not in parts.netloc
        fits = fits and parts.port is not False
    except ValueError:
        fits = False
    if not fits:
        at = own.get("url", spot)
        hint = tr("names and passwords do not belong into an address")
        reading.wrong(at, tr("a webhook needs an address"), expected="https://…", hint=hint, found="")
    return WebhookWish(url, reading.text(own, "secret_file", ""), reading.text(own, "roots", ""))
