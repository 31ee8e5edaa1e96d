"""How the rotations of a deployment stand, read from the deployment file and the inventory; nothing is written."""

from certwright.flow.rotating import outlook
from certwright.flow.standing import look
from certwright.rotation.progress import Progress, progress
from certwright.targets.folder import Folder
from certwright.wiring.applying import rotating_of
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded


def progress_of(loaded: Loaded) -> tuple[Progress, ...]:
    """How every issuer stands that rotates; none before anything was made. Impossible where `apply` would refuse."""
    with inventory_of(loaded) as inventory:
        if inventory is None or not loaded.deployment.rotations:
            return ()
        standing = look(loaded.plan, inventory, Folder(loaded.output))
        return progress(outlook(loaded.plan, rotating_of(loaded), standing, inventory, loaded.now), loaded.typed)
