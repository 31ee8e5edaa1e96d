"""`vault add`: files, or secrets of the vault, become entries of a list. All mistakes at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from certwright.errors import Mistake, Mistakes, Refused, Unreadable
from certwright.flow import vaulting
from certwright.lists.entries import OBJECTS, TRUST, ListChange, after
from certwright.lists.material import Material, base_of, read_material
from certwright.lists.proposing import Offer, Proposal
from certwright.pack.keyvault import ENCODING_TAG, decode, is_secret_name
from certwright.secret_files import exposure
from certwright.speech import os_words, tr
from certwright.value import value
from certwright.vaults import Secret
from certwright.wiring.reading import read_file
from certwright.wiring.vaults.ground import Asked, Ground, ground, vault_url
from certwright.wiring.vaults.judging import judge
from certwright.wiring.vaults.staging import Staged, certificate_object


@value
class Wanted:
    """What is to be added to the list `name`. `base` is the name to give it; `secrets` are in the vault already."""

    name: str
    files: tuple[Path, ...] = ()
    secrets: tuple[str, ...] = ()
    base: str = ""
    overwrite: bool = False


def add(asked: Asked, wanted: Wanted) -> Staged:
    """Stage files, or secrets of the vault, as entries of a list. Mistakes, all at once, before anything is written."""
    wanted = replace(wanted, name=OBJECTS.get(wanted.name, wanted.name))
    with ground(asked) as here:
        mistakes: list[Mistake] = []
        messages: list[str] = []
        offers = [*_uploads(wanted, mistakes, messages), *_from_vault(here, wanted, mistakes, messages)]
        current = after(here.entries, here.own_changes)
        proposal = Proposal(here.site.name, wanted.name, here.site.facts, current, overwrite=wanted.overwrite)
        proposal.mistakes = mistakes
        changes = proposal.changes(offers)
        messages += _risks(here, wanted, changes)
        changes = tuple(_against_vault(here, one, wanted, mistakes) for one in changes)
        plain = {one.material.base: one.material.content for one in offers if one.material.kind == "key"}
        if changes:
            found = judge(here, wanted.name, current, after(current, changes), plain)
            mistakes += found.wrong
            messages += map(str, found.odd)
        if mistakes:
            raise Mistakes(mistakes, tr("nothing was written"))
        vaulting.stage(here.counter, tuple(_sealed(here, one, plain) for one in changes))
        return Staged(changes, tuple(messages), here.keeper.title)


def _uploads(wanted: Wanted, mistakes: list[Mistake], messages: list[str]) -> list[Offer]:
    offers = []
    for path in wanted.files:
        try:
            path.lstat()
            content = read_file(path)
        except OSError as failure:
            mistakes.append(Mistake(str(path), 0, 0, tr("cannot be read ({reason})", reason=os_words(failure))))
            continue
        except Unreadable as trouble:
            mistakes.append(Mistake(str(path), 0, 0, trouble.what, hint=trouble.hint))
            continue
        material = read_material(str(path), wanted.base or base_of(path.name), content, mistakes)
        if material and material.kind == "key" and (exposed := exposure(path)):
            if exposed.grave:
                told = tr("everybody on this machine can get at this private key")
                mistakes.append(Mistake(str(path), 0, 0, told, hint=exposed.remedy))
                continue
            messages.append(str(exposed))
        offers += [Offer(material)] if material else []
    return offers


def _from_vault(here: Ground, wanted: Wanted, mistakes: list[Mistake], messages: list[str]) -> list[Offer]:
    offers = []
    for given in wanted.secrets:
        try:
            found = _secret_of(here, given)
            content = decode(found.text)
        except Unreadable as trouble:
            mistakes.append(Mistake(given, 0, 0, trouble.what, hint=trouble.hint))
            continue
        except Refused as refusal:
            mistakes.append(Mistake(given, 0, 0, refusal.what, hint=refusal.hint))
            continue
        material = read_material(given, wanted.base or _base_of_secret(found.name), content, mistakes)
        if material:
            messages += _odd(found, material)
            offers.append(Offer(material, found.name, found.version))
    return offers


def _secret_of(here: Ground, given: str) -> Secret:
    """The secret of that name or address. Refused when there is none that could be synchronised."""
    name = _named(here, given)
    found = here.keeper.find(name) if is_secret_name(name) else None
    if found is None:
        raise Refused(tr("{vault} has no secret of that name", vault=here.keeper.title), "certwright vault orphans")
    if found.certificate:
        raise certificate_object()
    if found.deleted or not found.enabled:
        told = tr("the secret is deleted") if found.deleted else tr("the secret is switched off")
        raise Refused(told, tr("recover it or switch it on in the vault first"))
    return found


def _named(here: Ground, given: str) -> str:
    address = urlsplit(given)
    if not address.scheme:
        return given
    parts = [one for one in address.path.split("/") if one]
    if parts[:1] == ["certificates"]:
        raise certificate_object()
    if address.netloc.lower() != urlsplit(vault_url(here.site)).netloc.lower():
        raise Refused(
            tr("this is an address of another vault than {vault}", vault=here.keeper.title),
            tr("an instance has one vault; set key_vault, and key_vault_url, in the deployment file"),
        )
    if len(parts) < 2 or parts[0] != "secrets":
        raise Refused(tr("this is no address of a secret"), tr("give the name of the secret alone"))
    return parts[1]


def _base_of_secret(name: str) -> str:
    head, _, ending = name.rpartition("-")
    return head if head and ending.lower() in ("der", "crt", "pem", "crl", "cer") else name


def _odd(found: Secret, material: Material) -> list[str]:
    """What is unusual about a secret somebody else has set, and works nevertheless."""
    right = {"crl": "application/pkix-crl"}.get(material.kind) or (
        "application/x-pem-file" if material.text else "application/pkix-cert"
    )
    told = []
    if found.content_type and found.content_type != right:
        told.append(
            tr("the secret {name} says it is {found}, and holds {right}",
               name=found.name, found=found.content_type, right=right)
        )  # fmt: skip
    if not ENCODING_TAG.items() <= dict(found.tags).items():
        told.append(tr("the secret {name} lacks the tag file-encoding=hex", name=found.name))
    return told


def _risks(here: Ground, wanted: Wanted, changes: Sequence[ListChange]) -> Iterator[str]:
    """AIO-C16: one page patches a CRL into the synchronised trust list, another says not to touch what is."""
    if wanted.name == TRUST and vault_url(here.site):
        for one in changes:
            if one.entry.ending == "crl":
                yield tr(
                    "{file}: the vendor's command takes no revocation lists for the trust list, and may drop it"
                    " when it writes that list; the issuer list keeps it",
                    file=one.entry.file,
                )


def _against_vault(here: Ground, change: ListChange, wanted: Wanted, mistakes: list[Mistake]) -> ListChange:
    """An upload against what the vault holds under its name: the same is used, anything else is in the way."""
    entry = change.entry
    if change.told != "upload":
        return change
    found = here.keeper.find(entry.secret)
    if found is None:
        return change
    if found.certificate:
        refusal = certificate_object()
        mistakes.append(Mistake(entry.secret, 0, 0, refusal.what, hint=tr("give it another name with --name NAME")))
    elif found.deleted:
        hint = f"certwright vault delete {here.written.path} {entry.secret} --purge"
        mistakes.append(Mistake(entry.secret, 0, 0, tr("a secret of that name is deleted and not purged"), hint=hint))
    elif not entry.sealed and found.text.lower() == vaulting.value_of(entry, here.counter.box):
        return replace(change, entry=replace(entry, version=found.version), told="")
    elif not wanted.overwrite:
        told = tr("{vault} has a secret of that name already", vault=here.keeper.title)
        hint = tr("say --overwrite to set a new version, --from-vault {name} to use it, or --name NAME",
                  name=entry.secret)  # fmt: skip
        mistakes.append(Mistake(entry.secret, 0, 0, told, hint=hint))
    return replace(change, entry=replace(entry, version=found.version))


def _sealed(here: Ground, change: ListChange, plain: Mapping[str, bytes]) -> ListChange:
    """The change as it may be written down: a private key only under its seal."""
    entry = change.entry
    if not entry.sealed:
        return change
    sealed = here.counter.box().seal(entry.seal_name, plain[entry.base])
    return replace(change, entry=replace(entry, content=sealed))
