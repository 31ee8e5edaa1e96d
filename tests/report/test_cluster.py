"""A deployment beside a cluster, in words and as JSON: every verdict, and why nothing is applied."""

import json
from pathlib import Path

import jsonschema

from certwright.pack.object_changes import Difference
from certwright.pack.object_kinds import BUNDLE, CONFIG_MAP, LISTENER, SECRET, Ref
from certwright.report.cluster import Comparison, Step, comparison_document, comparison_text, refusals
from certwright.report.layout import Screen

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "cluster-diff.schema.json"
WIDE = Screen(200)
PORT = Difference(".spec.ports[0].port", "1883", "8884")
STEPS = (
    Step(Ref(CONFIG_MAP, "plant", "trust"), "trust.yaml", "create", (Difference(".data.ca\\.crt", "", "a root"), PORT)),
    Step(Ref(BUNDLE, "", "roots"), "bundle.yaml", "foreign", managers=("helm", "kubectl")),
    Step(Ref(SECRET, "plant", "tls"), "secret.yaml", "refused", refusal=("not allowed", "ask somebody")),
    Step(Ref(LISTENER, "plant", "external"), "listener.yaml", "change", (PORT,), ((".spec.ports", "argo"),)),
    Step(Ref(LISTENER, "plant", "internal"), "internal.yaml", "same"),
)
GONE = ((Ref(SECRET, "plant", "old"), "remove"), (Ref(SECRET, "plant", "older"), "left"))


def compared(*steps: Step, **more: object) -> Comparison:
    return Comparison("plant1", "here", "https://cluster", steps, **more)  # type: ignore[arg-type]


def test_every_verdict_is_said() -> None:
    waiting = {
        "missing": (("Secret plant/new", "new.yaml"),),
        "held_back": (("BrokerListener plant/new", "Secret plant/new"),),
    }
    text = comparison_text(compared(*STEPS, removed=GONE, stale=("plant1/listener",), **waiting), WIDE)
    assert text.splitlines() == [
        "+ ConfigMap plant/trust: is not there yet",
        "    data.ca\\.crt",
        "      + a root",
        "    spec.ports[0].port",
        "      - 1883",
        "      + 8884",
        "! Bundle roots: is there, and this deployment did not apply it",
        "    managed by helm, kubectl",
        "! Secret plant/tls: is refused by the server",
        "    not allowed",
        "~ BrokerListener plant/external: differs",
        "    spec.ports[0].port",
        "      - 1883",
        "      + 8884",
        "    ! spec.ports belongs to argo",
        "ask somebody",
        "- Secret plant/old: was applied before and is no longer delivered; --prune deletes it",
        "- Secret plant/older: was applied before and is no longer delivered;"
        " others manage it now, so it is left there",
        "? Secret plant/new: new.yaml is not delivered yet",
        "? BrokerListener plant/new: waits for Secret plant/new",
        "certwright apply has something to do first: plant1/listener",
        "",
        "4 of 5 objects differ in here (https://cluster)",
    ]


def test_what_is_as_delivered_is_only_shown_when_asked_for() -> None:
    same = compared(STEPS[4])
    assert same.same
    assert comparison_text(same, WIDE) == "1 object as delivered in here (https://cluster)\n"
    assert "= BrokerListener plant/internal: as delivered" in comparison_text(same, WIDE, everything=True)
    left = compared(STEPS[4], removed=GONE)
    assert not left.same
    assert "1 object as delivered, 2 no longer delivered, in here" in comparison_text(left, WIDE)


def test_every_reason_to_apply_nothing_is_told_at_once() -> None:
    assert refusals(compared(*STEPS), force=False) == [
        "nothing was applied to here:",
        "  Bundle roots is there, managed by helm, kubectl",
        "  Secret plant/tls: not allowed",
        "  BrokerListener plant/external: .spec.ports belongs to argo",
    ]
    assert refusals(compared(STEPS[3]), force=True) == []
    assert refusals(compared(STEPS[4]), force=False) == []


def test_the_same_as_json() -> None:
    document = comparison_document(compared(*STEPS, removed=GONE, missing=(("a", "b"),), held_back=(("c", "d"),)))
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert document["same"] is False


def test_names_of_strangers_steer_no_terminal() -> None:
    hostile = Step(Ref(LISTENER, "plant", "external"), "x", "change", (Difference(".a", "\x1b[2J", "\u202eb"),))
    assert "\x1b" not in comparison_text(compared(hostile), WIDE)
    assert "\u202e" not in comparison_text(compared(hostile), WIDE)
