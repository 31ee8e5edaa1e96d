"""credential → artifacts: one file a form, each with its table of PACKERS, merged here."""

from certwright.errors import Refused
from certwright.model import Artifact, Package
from certwright.pack import der, iot_operations, keyvault, kubernetes, p7b, pem, pfx, registry, windows_script
from certwright.pack.credential import Credential, Packers, Random
from certwright.speech import tr

PACKERS: Packers = {
    **pfx.PACKERS,
    **pem.PACKERS,
    **der.PACKERS,
    **p7b.PACKERS,
    **kubernetes.PACKERS,
    **keyvault.PACKERS,
    **iot_operations.CONFIGS,
    **registry.PACKERS,
    **windows_script.PACKERS,
}


def pack(package: Package, credential: Credential, password: str | None, random: Random) -> tuple[Artifact, ...]:
    """The files that package is. Refused for an unknown form, and for a credential that lacks what the form holds."""
    packer = PACKERS.get(package.form)
    if packer is None:
        raise Refused(
            tr(
                "{place}: package {package} has the unknown form {form!r}",
                place=credential.place.id,
                package=package.id,
                form=package.form,
            ),
            tr("forms are {known}", known=", ".join(sorted(PACKERS))),
        )
    return packer(package, credential, password, random)
