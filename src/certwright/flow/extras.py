"""The files beside the packages: next-step scripts, and the revocation lists of our own authorities."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from certwright.flow.lists import crl_path, lists_due, publishers
from certwright.flow.parcel import Parcel
from certwright.inventory import Crl, Revocation
from certwright.model import Action, Artifact, Held, Plan
from certwright.pack.script import script_artifact


def extra_paths(plan: Plan) -> tuple[str, ...]:
    """Where those files go."""
    scripts = (script.path for one in plan.sets for script in one.scripts)
    return (*scripts, *(crl_path(place) for place in publishers(plan)))


def scripts(plan: Plan) -> Iterator[Parcel]:
    """Every next-step script. Mistakes when a template cannot be filled."""
    for one in plan.sets:
        for script in one.scripts:
            made = script_artifact(script)
            artifact = Artifact(made.path, made.content, secret=made.secret, place=one.id)
            yield Parcel(artifact, f"script {hashlib.sha256(made.content).hexdigest()}")


def extras_due(
    plan: Plan,
    held: Mapping[str, Held],
    crls: Mapping[str, Crl],
    revocations: Sequence[Revocation],
    delivered: Mapping[str, str],
    now: datetime,
) -> Iterator[Action]:
    """What is due among those files."""

    def is_delivered(parcel: Parcel) -> bool:
        return delivered.get(parcel.artifact.path) == parcel.recipe

    for parcel in scripts(plan):
        if not is_delivered(parcel):
            yield parcel.again()
    yield from lists_due(plan, held, crls, revocations, is_delivered, now)
