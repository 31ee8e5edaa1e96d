"""Key Vault secrets as Azure IoT Operations reads them: a file as lower-case hex, a content type, a tag, a name.

A Key Vault *certificate* object is never written: the synchronisation reads secrets only.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from certwright.errors import Refused, Unreadable
from certwright.model import Artifact, Package
from certwright.pack.credential import Credential, Packers, Random, artifact
from certwright.pack.entries import entry
from certwright.speech import tr

# The extensions the vendor's tool knows, and the content types it stores for them.
CONTENT_TYPES = {
    "pem": "application/x-pem-file",
    "crt": "application/x-pem-file",
    "der": "application/pkix-cert",
    "crl": "application/pkix-crl",
}
ENCODING_TAG = {"file-encoding": "hex"}  # what `az keyvault secret set --encoding hex` writes beside the value
LONGEST_VALUE = 25_000  # bytes a secret's value may have; its hex form is what counts
_NONE: Mapping[str, str] = MappingProxyType({})
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}\Z")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2})*\Z")


def encode(content: bytes) -> str:
    """The value of the secret: lower-case hex of the bytes of the file."""
    return content.hex()


def decode(value: str) -> bytes:
    """The inverse of `encode`, either case, blanks around it forgiven. Unreadable when it is not hex."""
    text = value.strip().encode("utf-8", "replace")
    if not text or not _HEX.match(text):
        raise Unreadable(
            tr("not the hexadecimal value of a Key Vault secret"), hint=tr("was it set with --encoding hex?")
        )
    return bytes.fromhex(text.decode("ascii"))


def secret_name(file_name: str) -> str:
    """The vault's name for a file: dots become hyphens. Refused unless only letters, digits, hyphens remain."""
    name = file_name.replace(".", "-")
    if not _NAME.match(name):
        raise Refused(
            tr(
                "{file!r} gives the Key Vault secret name {name!r}, which is not letters, digits and hyphens only",
                file=file_name,
                name=name,
            ),
            tr("rename the file, or the record it stands for in the deployment file"),
        )
    return name


def is_secret_name(name: str) -> bool:
    """Whether a vault could have a secret of that name at all."""
    return bool(_NAME.match(name))


def secret_names(file_names: Iterable[str], given: Mapping[str, str] = _NONE) -> dict[str, str]:
    """The vault's names of several files of one vault, in order: those `given`, or else made of the file's name.

    Refused when two files would share a name. Key Vault compares names without regard to case.
    """
    taken: dict[str, str] = {}
    names: dict[str, str] = {}
    for file_name in file_names:
        name = given.get(file_name) or secret_name(file_name)
        before = taken.setdefault(name.lower(), file_name)
        if before != file_name:
            raise Refused(
                tr(
                    "{first!r} and {file!r} would both be the Key Vault secret {name!r}",
                    first=before,
                    file=file_name,
                    name=name,
                ),
                tr("rename one of the two records in the deployment file"),
            )
        names[file_name] = name
    return names


def content_type(file_name: str) -> str:
    """What a vault must say a file is, by its extension in exact case: .pem, .der or .crl. Refused for another one."""
    extension = file_name.rpartition(".")[2]
    if extension not in CONTENT_TYPES:
        raise Refused(
            tr("nobody knows the content type of {file!r} in a Key Vault", file=file_name),
            tr("use one of the extensions {known}, in lower case", known=", ".join(CONTENT_TYPES)),
        )
    return CONTENT_TYPES[extension]


def keyvault_secret(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The file for `az keyvault secret set --file --encoding hex`. Option `entry` says what it holds (pack.entries).

    Refused when there is nothing to write, or more than a vault takes.
    """
    return _written(str(package.options.get("entry", "certificate")), package, credential)


def keyvault_key(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The same for the place's private key, unencrypted PKCS#8 PEM: the connector cannot ask for a password."""
    return _written("key", package, credential)


def _written(what: str, package: Package, credential: Credential) -> tuple[Artifact, ...]:
    made = entry(what, package, credential)
    if not made.content or 2 * len(made.content) > LONGEST_VALUE:
        raise Refused(
            tr(
                "{place}: {path} has {count} bytes; a Key Vault secret takes 1 to {most}",
                place=credential.place.id,
                path=package.path,
                count=len(made.content),
                most=LONGEST_VALUE // 2,
            ),
            tr("its value is hex, twice the file: leave certificates out of the list, or divide it"),
        )
    return artifact(package, credential, made.content, secret=made.secret)


def described(file_name: str, name: str = "") -> dict[str, object]:
    """What to set a file as: name, contentType, tags, file. It never holds the value."""
    return {
        "name": name or secret_name(file_name),
        "contentType": content_type(file_name),
        "tags": ENCODING_TAG,
        "file": file_name,
    }


PACKERS: Packers = {"keyvault-secret": keyvault_secret, "keyvault-key": keyvault_key}
