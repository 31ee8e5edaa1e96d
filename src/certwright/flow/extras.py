"""The files beside the packages: next-step scripts, and the revocation lists of our own authorities."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime

from certwright.flow.lists import Listed, lists_due
from certwright.flow.parcel import Parcel
from certwright.model import Action, Artifact, Held, Plan
from certwright.pack.script import script_artifact
from certwright.speech import tr


def scripts(plan: Plan) -> Iterator[Parcel]:
    """Every next-step script. Mistakes when a template cannot be filled."""
    for one in plan.sets:
        for script in one.scripts:
            made = script_artifact(script)
            artifact = Artifact(made.path, made.content, secret=made.secret, place=one.id)
            yield Parcel(artifact, f"script {hashlib.sha256(made.content).hexdigest()}")


def extras_due(
    plan: Plan, held: Mapping[str, Held], stand: Listed, delivered: Mapping[str, str], now: datetime
) -> Iterator[Action]:
    """What is due among those files."""
    for parcel in scripts(plan):
        if delivered.get(parcel.artifact.path) != parcel.recipe:
            reason = tr("{path} is missing, was changed, or is old", path=parcel.artifact.path)
            yield Action("deliver", parcel.artifact.place, reason)
    yield from lists_due(plan, held, stand, delivered, now)
