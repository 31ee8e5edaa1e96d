"""A permission to take one step of a rotation whose gate is closed: written down with its reason, and used once."""

from certwright.errors import Refused
from certwright.generations import State
from certwright.inventory import Event, Inventory, run_lock
from certwright.rotation.steps import FORCED, Gate, Step
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
        raise _another(loaded, step)
    return found.gate


def _another(loaded: Loaded, step: Step) -> Refused:
    words = {"issuer": step.issuer, "number": step.number}
    if step.to is State.STAGED:
        told = tr("the next step of {issuer} is another one: generation {number} is made and handed out", **words)
        return Refused(told, f"certwright apply {loaded.typed}")
    if step.to is State.SIGNING:
        told = tr("the next step of {issuer} is another one: generation {number} signs", **words)
    else:
        told = tr("the next step of {issuer} is another one: generation {number} is retired", **words)
    return Refused(told, f"certwright ca status {loaded.typed}")


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
