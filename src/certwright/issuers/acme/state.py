"""What must survive a kill: one order, as data that goes through JSON and back.

What a server knows is asked of the server. Kept is what only we know: for whom, which request, which answers stand.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal, TypeAlias, get_args

from certwright.acme.documents import Identifier
from certwright.acme.told import read_moment
from certwright.errors import Unreadable
from certwright.speech import tr
from certwright.value import field, value

VERSION = 1
Stage: TypeAlias = Literal["created", "authorizing", "ready", "processing", "valid", "invalid"]
Data: TypeAlias = Mapping[str, object]


@value
class Standing:
    """An answer to a challenge that was put up and has to be taken away again."""

    identifier: Identifier
    token: str


@value
class AcmeOrderState:
    """One certificate on its way. `request` is the CSR, DER; `order` is "" until the server has taken the order.

    created: nothing is proved yet. authorizing: answers stand, the server looks. ready: all is proved. processing: the
    CA signs. valid and invalid are ends. `not_before` is when it is worth looking again; `restarts` counts lost orders.
    `problem` is a sentence: why it is invalid, or what kept it from going on.
    """

    place: str
    directory: str
    request: bytes = field(repr=False)
    identifiers: tuple[Identifier, ...]
    profile: str = ""
    replaces: str = ""
    not_after: datetime | None = None
    stage: Stage = "created"
    order: str = ""
    certificate: str = ""
    standing: tuple[Standing, ...] = ()
    not_before: datetime | None = None
    problem: str = ""
    hint: str = ""
    restarts: int = 0

    def at(self, stage: Stage) -> "AcmeOrderState":
        """The same at another stage."""
        return replace(self, stage=stage)

    def cleared(self) -> "AcmeOrderState":
        """The same without what kept it from going on."""
        return replace(self, problem="", hint="", not_before=None)

    def as_data(self) -> dict[str, object]:
        """The state as JSON can hold it."""
        return {
            "version": VERSION,
            "place": self.place,
            "directory": self.directory,
            "request": base64.b64encode(self.request).decode("ascii"),
            "identifiers": [[one.kind, one.value] for one in self.identifiers],
            "profile": self.profile,
            "replaces": self.replaces,
            "not_after": _text(self.not_after),
            "stage": self.stage,
            "order": self.order,
            "certificate": self.certificate,
            "standing": [[one.identifier.kind, one.identifier.value, one.token] for one in self.standing],
            "not_before": _text(self.not_before),
            "problem": self.problem,
            "hint": self.hint,
            "restarts": self.restarts,
        }


def read_state(data: Data) -> AcmeOrderState:
    """The state that data holds. Unreadable when it holds none, or one of a later version."""
    try:
        if data["version"] != VERSION:
            raise ValueError(data["version"])
        return AcmeOrderState(
            request=base64.b64decode(_str(data["request"]), validate=True),
            identifiers=tuple(Identifier(*map(_str, one)) for one in _rows(data["identifiers"], 2)),
            not_after=read_moment(data["not_after"]),
            stage=_STAGES[_str(data["stage"])],
            standing=tuple(
                Standing(Identifier(_str(kind), _str(name)), _str(token))
                for kind, name, token in _rows(data["standing"], 3)
            ),
            not_before=read_moment(data["not_before"]),
            restarts=int(_str(str(data["restarts"]))),
            **{name: _str(data[name]) for name in _TEXTS},
        )
    except (KeyError, ValueError, TypeError, binascii.Error) as reason:
        raise Unreadable(
            tr("it is not the state of an order this version knows"),
            "acme",
            tr("order anew: what was ordered before lapses by itself"),
        ) from reason


_STAGES: Mapping[str, Stage] = {stage: stage for stage in get_args(Stage)}
_TEXTS = ("place", "directory", "profile", "replaces", "order", "certificate", "problem", "hint")


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat()


def _str(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError(found)
    return found


def _rows(found: object, width: int) -> list[list[object]]:
    if not isinstance(found, list) or any(not isinstance(row, list) or len(row) != width for row in found):
        raise TypeError(found)
    return found
