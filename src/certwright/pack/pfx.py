"""A key with its whole chain as PFX, written as the place's draft says: encryption, provider, local-machine mark."""

from certwright.model import Artifact, Package
from certwright.pack.credential import Credential, Packers, Random, artifact, missing
from certwright.pfx.write import write_pfx
from certwright.speech import tr


def pfx(package: Package, credential: Credential, password: str | None, random: Random) -> tuple[Artifact, ...]:
    """Key, leaf and chain up to the root. Refused without a key, a certificate or a password."""
    if password is None:
        raise missing(package, credential, tr("the password of the place's set"), tr("none"))
    written = write_pfx(
        credential.key(package),
        credential.leaf(package),
        credential.chain,
        password,
        credential.place.draft.pfx,
        random=random,
    )
    return artifact(package, credential, written, secret=True)


PACKERS: Packers = {"pfx": pfx}
