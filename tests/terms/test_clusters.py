"""What the cases of words about clusters do not show: silence, two names for one thing, bounds, text from objects."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.model import Mismatch
from certwright.pack.cluster_facts import KINDS, Cluster, fetched
from certwright.pack.cluster_objects import address_of, cluster_of, is_live, thing_of
from certwright.terms import VOCABULARY, bind
from certwright.terms.cluster import EVERYTHING, MOST_MISMATCHES, ClusterWord, bounded, duration, get, instant
from certwright.terms.seen import Seen

from .cases import NOW

NS = "azure-iot-operations"
Object = dict[str, Any]


def thing(kind: str, name: str, namespace: str = NS, **parts: Any) -> Object:
    group = KINDS[kind][0]
    version = f"{group}/v1" if group else "v1"
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **parts}


def seen(*objects: Object, **more: Any) -> Seen:
    return Seen("east/it", "objects.json", "cluster", cluster=replace(cluster_of(objects, "objects.json"), **more))


def told(term: str, one: Seen, /, **values: object) -> list[Mismatch]:
    return list(bind(term, values).check(one, NOW))


READY = {"name": "it", "kind": "ClusterIssuer"}


# ── silence ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (Seen("east/it", "a.pem", "pem-chain"), f"the cluster was not looked at: {EVERYTHING} > objects.json"),
        (
            seen(thing("ConfigMap", "a")),
            "no ClusterIssuer was looked at: kubectl get clusterissuers.cert-manager.io -o json",
        ),
        (seen(thing("ClusterIssuer", "a")), ""),
        (seen(thing("ConfigMap", "a"), thing("Secret", "a")), ""),  # several kinds were asked for: there is none
        (seen(live=True), ""),
        (seen(live=True, closed=frozenset({("ClusterIssuer", "")})), "no ClusterIssuer was looked at: …"),
    ],
)
def test_why_it_is_silent(one: Seen, reason: str) -> None:
    silent = bind("cluster.issuer-ready", READY).silent(one)
    start, more, _ = reason.partition("…")
    assert silent.startswith(start) if start else silent == ""
    assert bool(silent) == bool(reason) or more


def test_what_lies_in_every_cluster_is_not_missed_where_nobody_looked() -> None:
    word = bind("cluster.config-map-key", {"name": "a", "namespace": NS, "key": "ca.crt"})
    elsewhere = seen(thing("ConfigMap", "b", "default"), thing("ClusterIssuer", "a"))
    assert word.silent(elsewhere) == f"no ConfigMap was looked at: kubectl get configmaps -n {NS} -o json"
    assert word.silent(replace(elsewhere, cluster=seen(live=True).cluster)) == ""


@pytest.mark.parametrize("term", [term for term in VOCABULARY if term.startswith("cluster.")])
def test_every_word_about_clusters_is_silent_about_files(term: str) -> None:
    assert issubclass(VOCABULARY[term], ClusterWord)
    values = dict.fromkeys(("name", "namespace", "kind", "secret", "secrets", "config_map", "key"), "a")
    known = {one: text for one, text in values.items() if one in VOCABULARY[term].__annotations__}
    inherited = {one for base in VOCABULARY[term].__mro__ for one in getattr(base, "__annotations__", {})}
    word = VOCABULARY[term](**{**{one: values[one] for one in inherited if one in values}, **known})
    assert word.silent(Seen("east/it", "a.pem", "pem-chain")).startswith("the cluster was not looked at")


def test_after_many_of_one_kind_it_stops() -> None:
    ports = [{"port": at, "tls": {"mode": "Manual"}} for at in range(MOST_MISMATCHES + 5)]
    one = seen(thing("BrokerListener", "many", spec={"ports": ports}))
    found = told("cluster.listener-secrets", one, namespace=NS)
    assert len(found) == MOST_MISMATCHES + 1
    assert found[-1] == Mismatch("none of these", "more than 50")


# ── names for the same thing ──────────────────────────────────────────────────────────────────────


def test_a_cluster_bundle_is_a_bundle() -> None:
    status = {"conditions": [{"type": "Synced", "status": "True"}]}
    newer = {
        "apiVersion": "trust-manager.io/v1alpha2",
        "kind": "ClusterBundle",
        "metadata": {"name": "it"},
        "status": status,
    }
    other = thing("Bundle", "another", "")
    assert told("cluster.bundle-synced", seen(newer, other), name="it") == []


@pytest.mark.parametrize(
    ("selector", "right"),
    [
        ({}, True),
        ({"matchLabels": {"team": "plant"}}, True),
        ({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": [NS]}]}, True),
        ({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["a"]}]}, False),
        ({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [NS]}]}, False),
        ({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "Exists"}, 7]}, True),
    ],
)
def test_which_namespaces_a_bundle_takes_in(selector: Object, right: bool) -> None:
    spec = {"target": {"configMap": {"key": "ca.crt"}, "namespaceSelector": selector}}
    found = told(
        "cluster.bundle-target", seen(thing("Bundle", "it", "", spec=spec)), name="it", key="ca.crt", namespace=NS
    )
    assert bool(found) is not right


def test_issuers_of_another_make_are_nobodys_business() -> None:
    reference = {"name": "it", "kind": "AWSPCAClusterIssuer", "group": "awspca.cert-manager.io"}
    tls = {"mode": "automatic", "certManagerCertificateSpec": {"issuerRef": reference}}
    one = seen(thing("BrokerListener", "it", spec={"ports": [{"port": 1, "tls": tls}]}), thing("ConfigMap", "a"))
    assert told("cluster.listener-issuers", one, namespace=NS) == []


def test_only_a_ca_issuer_has_verified_a_key_pair() -> None:
    status = {"conditions": [{"type": "Ready", "status": "True", "reason": "VaultVerified"}]}
    spec = {"vault": {"server": "https://vault.contoso.com"}}
    one = seen(thing("ClusterIssuer", "it", "", spec=spec, status=status))
    assert told("cluster.issuer-ready", one, **READY) == []


def test_a_kind_of_another_group_is_another_kind() -> None:
    assert address_of({"apiVersion": "networking.contoso.com/v1", "kind": "Issuer", "metadata": {"name": "a"}}) is None
    assert address_of({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}) is None
    assert address_of(thing("ClusterIssuer", "a", "somewhere")) == ("ClusterIssuer", "", "a")


# ── text from objects ─────────────────────────────────────────────────────────────────────────────


def test_names_of_objects_are_words_of_a_command_line() -> None:
    assert get("Secret", NS, "a b; rm -rf /") == f"kubectl get secrets 'a b; rm -rf /' -n {NS}"
    assert get("Bundle", "", "it", "describe") == "kubectl describe bundles.trust.cert-manager.io it"
    assert get("Issuer") == "kubectl get issuers.cert-manager.io -A"


@given(st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.none()))
def test_text_of_an_object_is_one_short_line(text: object) -> None:
    assert len(bounded(text)) <= 161
    assert bounded(text).isprintable()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2160h", timedelta(days=90)),
        ("1h30m", timedelta(minutes=90)),
        ("45m", timedelta(minutes=45)),
        ("90", None),
        ("90d", None),
        ("", None),
        (7, None),
        ("٣h", None),
        ("9" * 30 + "h", None),
    ],
)
def test_durations(text: object, length: timedelta | None) -> None:
    assert duration(text) == length


@given(st.text(alphabet="0123456789hms ", max_size=25))
def test_no_duration_stumbles(text: str) -> None:
    found = duration(text)
    assert found is None or found >= timedelta()


@given(st.text(max_size=25))
def test_no_time_stumbles(text: str) -> None:
    assert instant(text) is None or instant(text).tzinfo is UTC  # type: ignore[union-attr]


def test_times() -> None:
    assert instant("2026-07-01T12:00:00Z") == datetime(2026, 7, 1, 12, tzinfo=UTC)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────


def test_what_a_class_fetches_is_yaml_inside_of_yaml() -> None:
    objects = "array:\n  - |\n    objectName: press-1-der\n  - objectName: press-2-der\n  - 7\n  - ': ['\n"
    spec = {"parameters": {"objects": objects.replace("  - ': ['\n", "")}}
    found = thing_of(thing("SecretProviderClass", "it", spec=spec))
    assert found
    assert fetched(found) == ("press-1-der", "press-2-der")
    empty = thing_of(thing("SecretProviderClass", "it", spec={"parameters": 7}))
    assert empty
    assert fetched(empty) == ()


def test_what_was_last_applied_is_not_kept() -> None:
    noted = {"kubectl.kubernetes.io/last-applied-configuration": "secret"}
    found = thing_of({**thing("Secret", "it"), "metadata": {"name": "it", "annotations": noted}, "data": {"a": "AA=="}})
    assert found
    assert "secret" not in repr(found.body)
    assert "data" not in found.body


def test_what_a_server_adds_tells_a_cluster_from_a_file() -> None:
    plain = thing("Secret", "it")
    assert not is_live([plain])
    assert is_live([{**plain, "metadata": {"name": "it", "uid": "1"}}])
    assert is_live([plain, {**plain, "status": {"conditions": []}}])
    assert not is_live([{**plain, "metadata": 7}])


def test_of_an_object_that_is_there_twice_the_last_one_counts() -> None:
    found: Cluster = cluster_of(
        [thing("ConfigMap", "a", data={"x": "1"}), thing("ConfigMap", "a", data={"y": "2"})], ""
    )
    (only,) = found.things.values()
    assert [one.key for one in only.holdings] == ["y"]
