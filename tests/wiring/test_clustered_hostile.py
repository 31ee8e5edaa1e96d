"""Objects of a cluster that nobody would write who means well: nothing stumbles over them, and little time is lost."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.wiring.test_clustered import ENDPOINT, NOW, NS, Objects, deployed, findings, judged, listed, live

from certwright.pack.cluster_facts import KINDS
from certwright.pack.objects import read_objects
from certwright.wiring.clustered import Dump, judge_cluster
from certwright.wiring.judging import Known
from certwright.wiring.loading import Loaded


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Objects]:
    loaded = deployed(tmp_path_factory.mktemp("plant"))
    return loaded, live(loaded)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["tls.crt", "AAAA", "=", NS])
)
NAMES = [
    "metadata",
    "spec",
    "status",
    "data",
    "binaryData",
    "conditions",
    "ports",
    "tls",
    "ca",
    "secretName",
    "sources",
]
JUNK = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


def spots(found: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with a key or an index of it."""
    for key in list(found) if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ():
        yield found, key
        yield from spots(found[key])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_objects_nothing_stumbles(plant: tuple[Loaded, Objects], data: st.DataObject) -> None:
    loaded, objects = plant
    spoilt: list[Any] = [*copy.deepcopy(objects), copy.deepcopy(ENDPOINT)]
    places = list(spots(spoilt))
    for _ in range(data.draw(st.integers(1, 6))):
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        container[key] = data.draw(JUNK)
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    version = f"{KINDS[kind][0]}/v1".lstrip("/")
    parts = data.draw(st.dictionaries(st.sampled_from(NAMES[1:]), JUNK, max_size=4))
    spoilt.append({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, **parts})
    kept = [one for one in spoilt if isinstance(one, dict) and isinstance(one.get("kind"), str) and one["kind"]]
    report = judged(loaded, kept)
    assert "material.judgement-failed" not in {one.code for one in report.results}


def test_large_annotations_cost_little(plant: tuple[Loaded, Objects]) -> None:
    loaded, objects = plant
    heavy = copy.deepcopy(objects)
    for one in heavy:
        one["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "x" * (1 << 20)}
    dump = Dump("objects.json", read_objects(listed(heavy), most=64 << 20))
    report = judge_cluster([dump], loaded.plan, NOW, Known(), loaded.output)
    assert findings(report) == []
    assert "xxxxxxxx" not in repr(tuple(report.results))
