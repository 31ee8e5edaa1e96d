"""A permission to take one step of a rotation whose gate is closed: written down with its reason, and used once."""

from certwright.errors import Refused
from certwright.inventory import Event, Inventory, run_lock
from certwright.rotation.steps import FORCED, Gate
from certwright.speech import tr
from certwright.wiring.loading import Loaded
from certwright.wiring.rotations import progress_of


def next_gate(loaded: Loaded, issuer: str, state: str) -> Gate:
    """The gate in front of that state. Refused when another step, or none, comes next."""
    found = next((one for one in progress_of(loaded) if one.issuer == issuer), None)
    if found is None or found.gate is None:
        raise Refused(tr("{issuer} is not being rotated", issuer=issuer), f"certwright ca status {loaded.typed}")
    step = found.gate.step
    if step.to != state:
        raise Refused(
            tr(
                "the next step of {issuer} is another one: generation {number} is to be {state}",
                issuer=issuer, number=step.number, state=str(step.to),
            ),
            f"certwright ca status {loaded.typed}",
        )  # fmt: skip
    return found.gate


def force(loaded: Loaded, gate: Gate, reason: str, wait: float = 10.0) -> None:
    """Permit the step. Locked when another run is at work."""
    step = gate.step
    told = f"permitted to {step.to}: {reason}"
    with (
        run_lock(loaded.state / "lock", loaded.now, wait),
        Inventory.open(loaded.database) as inventory,
        inventory.writing() as book,
    ):
        book.observe(FORCED, {step.key: reason}, loaded.now)
        book.log([Event("forced", f"{step.issuer}/{step.number}", told, loaded.now)])
