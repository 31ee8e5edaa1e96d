"""Files with a private key that others can get at: what `check` says of their modes, where the system has modes."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from certwright.model import Mismatch, Report, Result, Status
from certwright.pack.secrecy import holds_clear_key, holds_secret
from certwright.secret_files import Exposed, exposure
from certwright.speech import tr
from certwright.terms.material import MATERIAL
from certwright.wiring.found import Found

CODE = "material.open-to-others"


def opened(found: Sequence[Found], output: Path) -> Report:
    """A warning for each. What was delivered is for its owner alone; elsewhere a key in the clear counts that everybody
    can get at, because modes come with copies.
    """
    return Report(tuple(result for one in found for result in _results(one, output)), 0)


def _results(one: Found, output: Path) -> Iterator[Result]:
    if one.tree.kind == "archive":
        return
    ours = one.tree.root.resolve().is_relative_to(output.resolve())
    start = len(one.prefix) + 1 if one.prefix else 0
    for place in one.plan.places:
        for package in place.packages:
            if package.path in one.files and (holds_secret if ours else holds_clear_key)(package):
                exposed = _exposed(one.tree.root / package.path[start:])
                if exposed and (exposed.grave or ours):
                    yield _result(place.id, package.path, exposed)


def _exposed(file: Path) -> Exposed | None:
    with suppress(OSError):  # what cannot be read at all is said by whoever reads it
        return exposure(file)
    return None


def _result(place: str, path: str, exposed: Exposed) -> Result:
    requirement = MATERIAL[CODE]
    told = Mismatch(tr("mode 600"), exposed.what)
    return Result(CODE, Status.WARNING, place, path, (told,), requirement=requirement, fix=exposed.remedy)
