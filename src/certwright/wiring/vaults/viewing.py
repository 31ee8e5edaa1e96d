"""The vault's verbs that only look: what lists hold, and what does not match between lists and vault."""

from collections.abc import Iterator, Mapping, Sequence

from certwright.errors import Problem, Unreadable
from certwright.lists.entries import CLIENT, FACTS, ListChange, ListEntry
from certwright.lists.joining import records
from certwright.lists.naming import list_named
from certwright.lists.proposing import Taken, secrets_of, taken_by
from certwright.pack.keyvault import CONTENT_TYPES, secret_name
from certwright.report.vault import Listing, ListRow, Orphan, State
from certwright.speech import tr
from certwright.vaults import Secret
from certwright.wiring.vaults.ground import Asked, View, vault_title, vault_url, view
from certwright.wiring.vaults.judging import delivered_secrets, joined_site
from certwright.x509.crl import read_crl
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate


def listing(asked: Asked, of_list: str = "") -> Listing:
    """The lists of a site, or one of them: what the deployment file and the vault put there, and what shall change."""
    with view(asked, asking=False) as here:
        of_list = list_named(of_list, here.site, (*here.entries, *(one.entry for one in here.own_changes)))
        rows = [row for row in _rows(here) if of_list in ("", row.list)]
        order = {name: place for place, name in enumerate(FACTS)}
        rows.sort(key=lambda row: (order.get(row.list, len(order)), row.list, row.file))
        purges = tuple(one.entry.secret for one in here.own_changes if one.what == "purge")
        return Listing(here.site.name, vault_title(here.site), tuple(rows), here.written.now, purges)


def _rows(here: View) -> Iterator[ListRow]:
    synced = bool(vault_url(here.site))
    yield from (_of_file(taken, synced=synced) for taken in taken_by(here.site.facts) if taken.content)
    for record in records(here.site.facts, "connectors"):
        name = str(record["name"])
        secret = secret_name(f"{name}.pem") if synced else ""
        names = record.get("files_name") or ()
        contents = record.get("files") or ()
        for file, content in zip(names, contents, strict=False):  # type: ignore[arg-type]
            yield _row(name, str(file), secret, "file", "applied", content if isinstance(content, bytes) else b"")
    if here.site.facts.get("opcua"):
        for ending in ("der", "pem"):
            file = f"{here.site.facts['opcua_file']!s}.{ending}"
            kind = "key" if ending == "pem" else "certificate"
            yield ListRow(CLIENT, file, secret_name(file) if synced else "", "issued", "applied", kind)
    changes = {one.entry.address: one for one in here.own_changes if one.what != "purge"}
    for entry in here.entries:
        if entry.site == here.site.name and entry.address not in changes:
            yield _of_entry(entry, "applied")
    yield from (_of_change(one) for one in changes.values())


def _of_file(taken: Taken, *, synced: bool) -> ListRow:
    return _row(taken.list, taken.file, taken.secret if synced else "", "file", "applied", taken.content)


def _of_change(change: ListChange) -> ListRow:
    return _of_entry(change.entry, "to add" if change.what == "add" else "to remove")


def _of_entry(entry: ListEntry, state: State) -> ListRow:
    if entry.sealed:
        return ListRow(entry.list, entry.file, entry.secret, "vault", state, "key")
    return _row(entry.list, entry.file, entry.secret, "vault", state, entry.content)


def _row(name: str, file: str, secret: str, origin: str, state: State, content: bytes) -> ListRow:
    """A row with what its content says; a file of the deployment may be of any form, and unreadable."""
    try:
        if file.endswith(".crl"):
            crl = read_crl(content)
            return ListRow(name, file, secret, origin, state, "crl", crl.issuer, crl.next_update)
        facts = read_certificate(certificates_in(content)[0])
    except Unreadable:
        return ListRow(name, file, secret, origin, state)
    return ListRow(name, file, secret, origin, state, "certificate", facts.subject, facts.not_after)


# ── orphans ───────────────────────────────────────────────────────────────────────────────────────


def orphans(asked: Asked) -> tuple[tuple[Orphan, ...], str, str]:
    """What does not match between the lists of a site and its vault; the site; what the vault is called."""
    with view(asked) as here:
        there = {one.name.lower(): one for one in here.keeper.secrets() if not one.deleted}
        entries = [one for one in here.entries if one.site == here.site.name]
        staged = [one.entry for one in here.own_changes if one.what == "add"]
        delivered = _delivered(here)
        used = {one.secret.lower() for one in (*_of_vault(here), *staged)} | {name.lower() for name in delivered}
        found = [
            *(Orphan("unused", one.name) for key, one in sorted(there.items()) if key not in used and _of_ours(one)),
            *_entries(here, entries, there),
            *_unpaired(here, entries),
            *(
                Orphan("undelivered", name, file=path.rpartition("/")[2])
                for name, path in delivered.items()
                if name.lower() not in there and not any(one.secret.lower() == name.lower() for one in entries)
            ),
        ]
        return tuple(found), here.site.name, here.keeper.title


def _of_vault(here: View) -> Sequence[ListEntry]:
    """The entries that use this vault: of all sites that share it."""
    sites = {here.site.name} if vault_url(here.site) else {one.name for one in here.written.deployment.sites}
    return [one for one in here.entries if one.site in sites]


def _delivered(here: View) -> Mapping[str, str]:
    """The secrets that are made of delivered files; none where the plan cannot be made, which others say."""
    if not vault_url(here.site) or here.site.facts.get("vault_form") == "plain":
        return {}
    try:
        found = delivered_secrets(here, here.entries)
    except Problem:
        found = {secret: file for file, secret in secrets_of(joined_site(here, here.entries).facts).items()}
    return found


def _of_ours(secret: Secret) -> bool:
    """Whether it holds a file as this product keeps them: other secrets of a vault are nobody's orphans."""
    return not secret.certificate and secret.content_type in CONTENT_TYPES.values()


def _entries(here: View, entries: Sequence[ListEntry], there: Mapping[str, Secret]) -> Iterator[Orphan]:
    for one in entries:
        known = there.get(one.secret.lower())
        if known is None or known.certificate:
            yield Orphan("gone", one.secret, one.list, one.file)
        elif not known.enabled:
            yield Orphan("gone", one.secret, one.list, one.file, tr("it is switched off"))
        elif one.version and (known.version or _newest(here, one.secret)) not in ("", one.version):
            yield Orphan("newer", one.secret, one.list, one.file)


def _unpaired(here: View, entries: Sequence[ListEntry]) -> Iterator[Orphan]:
    """Revocation lists whose certificate was a record of the deployment file that is gone."""
    facts = joined_site(here, here.entries).facts
    bases = {(name, str(record["name"])) for name, fact in FACTS.items() for record in records(facts, fact)}
    for one in entries:
        if one.ending == "crl" and (one.list, one.base) not in bases:
            yield Orphan("unpaired", one.secret, one.list, one.file)


def _newest(here: View, name: str) -> str:
    """The version of a secret, where the list of secrets does not tell it: Azure's does not."""
    found = here.keeper.find(name)
    return found.version if found else ""
