"""The account with a CA: found by its key or made, its key exchanged, closed (RFC 8555 7.3).

Nothing needs to be remembered but the key: a server that has an account for it says which.
"""

import binascii
from collections.abc import Mapping

from certwright.acme.documents import AccountDocument, read_account
from certwright.acme.jwk import PrivateKey, decode
from certwright.acme.messages import DEACTIVATION, account_binding, key_change, mailtos, new_account
from certwright.errors import Broken, Refused, Unreadable
from certwright.issuers.acme.session import Session, problem
from certwright.issuers.acme.transport import Reply
from certwright.issuers.acme.words import refusal
from certwright.manifest.acme import AcmeSettings
from certwright.speech import tr


def open_account(session: Session, settings: AcmeSettings, mac_key: str = "") -> AccountDocument:
    """Find the account of the session's key, or make it; from then on the session signs as that account.

    `mac_key` is the text of the file of eab:. Refused when the CA takes no account like that.
    """
    directory = session.directory()
    binding = _binding(session, settings, mac_key)
    if directory.binding_required and binding is None and not known(session, session.key):
        raise Refused(
            tr("{url} makes accounts only for those it knows already", url=session.url),
            tr("ask the CA for a key identifier and a MAC key, and name them as eab: of this issuer"),
        )
    wish = new_account(settings.contacts, terms_agreed=True, binding=binding)
    reply = session.post(directory.new_account, wish, key=session.key)
    if reply.status >= 300:
        raise Refused(*refusal(tr("an account"), problem(reply)))
    session.account = _location(reply)
    account = read_account(reply.body)
    session.orders = account.orders
    if account.status not in ("valid", ""):
        raise Refused(
            tr("the account {url} is {status}", url=session.account, status=account.status),
            tr("an account that was closed stays closed: make a new account key"),
        )
    return _with_contacts(session, settings, account, made=reply.status == 201)


def known(session: Session, key: PrivateKey) -> str:
    """The URL of the account the server has for that key; "" when it has none (RFC 8555 7.3.1)."""
    wish = new_account((), terms_agreed=True, existing_only=True)
    reply = session.post(session.directory().new_account, wish, key=key)
    if reply.status < 300:
        return _location(reply)
    if problem(reply).kind in ("accountDoesNotExist", "externalAccountRequired"):
        return ""
    raise Refused(*refusal(tr("a question for the account"), problem(reply)))


def roll_over(session: Session, new: PrivateKey) -> None:
    """Put a new key in the place of the account's old one (RFC 8555 7.3.5), which the session signs with afterwards.

    Keep both keys until this returns. Called again after a kill it finds out which of them counts.
    """
    url = known(session, new)
    if url and known(session, session.key) not in ("", url):
        raise Refused(tr("the new key has an account of its own: {url}", url=url), tr("make another new key"))
    if not url:
        session.account = session.account or known(session, session.key)
        if not session.account:
            raise Refused(tr("{url} has no account for this key", url=session.url), tr("order a certificate first"))
        place = session.directory().key_change
        if not place:
            raise Refused(tr("{url} does not let account keys be changed", url=session.url))
        inner: Mapping[str, object] = key_change(session.account, session.key.public_key(), new, place)
        session.ask(place, tr("the new account key"), inner)
        url = session.account
    session.key, session.account = new, url


def close_account(session: Session) -> None:
    """Deactivate the account for good (RFC 8555 7.3.6). Certificates stay valid; nothing more can be ordered."""
    session.ask(session.account, tr("closing the account"), DEACTIVATION)


def _binding(session: Session, settings: AcmeSettings, mac_key: str) -> Mapping[str, str] | None:
    if not settings.binding_id:
        return None
    try:
        secret = decode(mac_key.strip().rstrip("=").replace("+", "-").replace("/", "_"), "eab")
    except (Unreadable, binascii.Error):
        secret = b""
    if len(secret) < 16:
        raise Refused(
            tr("{file} holds no MAC key", file=settings.binding_file),
            tr("put the text the CA gave you there, Base64url and nothing else"),
        )
    return account_binding(session.key.public_key(), settings.binding_id, secret, session.directory().new_account)


def _with_contacts(
    session: Session, settings: AcmeSettings, account: AccountDocument, *, made: bool
) -> AccountDocument:
    """The account with the contacts of the deployment file. Servers that show none keep none: they are left alone."""
    wanted = mailtos(settings.contacts)
    if made or not wanted or not account.contacts or set(account.contacts) == set(wanted):
        return account
    return read_account(session.ask(session.account, tr("the contacts"), {"contact": wanted}).body)


def _location(reply: Reply) -> str:
    url = reply.header("location")
    if not url:
        raise Broken(
            tr("{url} gave an account without saying where it is", url=reply.url), tr("tell the CA's operator")
        )
    return url
