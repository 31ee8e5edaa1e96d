"""Rotations to be reported: one that is under way and kept back by nearly everything there is, and one to come."""

from datetime import UTC, date, datetime

from certwright.generations import Consumer, State
from certwright.report.rotation import Authority, Column, Hindrance, Line, Reached, Step

STAGED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SEEN = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
LEAF = "47ee44af0ee82641e0d245724210e6f5834a519db54548173f0d45de86dd1c09"

UNDER_WAY = Authority(
    issuer="contoso",
    columns=(
        Column(1, State.SIGNING, None, datetime(2029, 5, 1, tzinfo=UTC)),
        Column(2, State.STAGED, STAGED, datetime(2049, 5, 1, tzinfo=UTC)),
    ),
    lines=(
        Line(
            Consumer("plant1/gateway", "plant1", "contoso", "Edge gateway", "tls", "file:gw/trust.pem"),
            (Reached(1, "yes", (LEAF,)), Reached(2, "yes")),
            SEEN,
            "file:gw/trust.pem",
        ),
        Line(
            Consumer("plant1/press-1", "plant1", "contoso", "OPC UA server press-1", "opcua"),
            (Reached(1, "yes"), Reached(2, "no")),
            SEEN,
            "report",
        ),
        Line(
            Consumer("plant1/node-7", "plant1", "contoso", "Node 7", "windows", "https://node-7:8443"),
            (Reached(1, "unseen"), Reached(2, "unseen")),
            failed="node-7:8443 does not answer",
        ),
    ),
    next="bring the new root to plant1/press-1",
    command="certwright ca seen contoso.yaml REPORT...",
    step=Step(
        2,
        State.SIGNING,
        open=False,
        blocks=(
            Hindrance("unseen", "plant1/node-7"),
            Hindrance("untrusting", "plant1/press-1"),
            Hindrance("day", until=date(2026, 12, 1)),
            Hindrance("place", "plant1/internal-trust"),
        ),
    ),
    reason="the root ends in 2029",
)
UNROTATED = Authority(
    issuer="fabrikam",
    columns=(Column(1, State.SIGNING, None, datetime(2046, 11, 22, tzinfo=UTC)),),
    lines=(),
    next="nothing is to be done",
    begin_by=date(2043, 10, 24),
)
