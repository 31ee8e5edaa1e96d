"""Addresses of objects, and what they refer to; whatever stands in them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Refused
from certwright.pack.cluster_facts import KINDS as LOOKED_AT
from certwright.pack.object_kinds import KINDS, READ_ONLY, Ref, ref_of, references
from certwright.pack.objects import read_objects

ROOT = Path(__file__).parents[2]


def named(found: Any, namespace: str = "plant") -> set[str]:
    return {str(one) for one in references({"metadata": {"name": "mine", "namespace": namespace}, **found})}


def test_what_an_object_refers_to() -> None:
    port = {"port": 8884, "tls": {"mode": "Manual", "manual": {"secretRef": "external-tls"}}}
    assert named({"kind": "BrokerListener", "spec": {"ports": [port, {"port": 1883}]}}) == {"Secret plant/external-tls"}
    assert named({"kind": "Issuer", "spec": {"ca": {"secretName": "ca"}}}) == {"Secret plant/ca"}
    assert named({"kind": "ClusterIssuer", "spec": {"ca": {"secretName": "ca"}}}, "") == {"Secret cert-manager/ca"}
    assert named({"kind": "SecretSync"}) == {"Secret plant/mine"}
    assert named({"kind": "ClusterIssuer", "spec": {"selfSigned": {}}}, "") == set()
    methods = [
        {"method": "X509", "x509Settings": {"trustedClientCaCert": "client-ca"}},
        {"customSettings": {"caCertConfigMap": "server-ca", "auth": {"x509": {"secretRef": "client"}}}},
    ]
    assert named({"kind": "BrokerAuthentication", "spec": {"authenticationMethods": methods}}) == {
        *("ConfigMap plant/client-ca", "ConfigMap plant/server-ca", "Secret plant/client")
    }


def test_a_bundle_refers_to_its_sources_and_to_what_it_writes() -> None:
    label = "kubernetes.io/metadata.name"
    spec = {
        "sources": [{"inLine": "text"}, {"configMap": {"name": "one", "key": "ca.crt"}}, {"secret": {"name": "two"}}],
        "target": {
            "configMap": {"key": "ca.crt"},
            "namespaceSelector": {"matchExpressions": [{"key": label, "operator": "In", "values": ["a", "b"]}]},
        },
    }
    assert named({"kind": "Bundle", "spec": spec}, "") == {
        *("ConfigMap cert-manager/one", "Secret cert-manager/two", "ConfigMap a/mine", "ConfigMap b/mine")
    }


VALUE = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["ca", "secretName", "ports", "tls", "manual", "secretRef", "target", "sources", "configMap"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from([one.kind for one in (*KINDS, *READ_ONLY)]), VALUE, VALUE)
def test_objects_of_strangers_are_no_end_of_it(kind: str, metadata: Any, spec: Any) -> None:
    for one in references({"kind": kind, "metadata": metadata, "spec": spec}):
        assert isinstance(one, Ref)
        assert one.name


def test_other_kinds_and_groups_are_refused() -> None:
    for found in (
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x", "namespace": "y"}},
        {"apiVersion": "example.com/v1", "kind": "Issuer", "metadata": {"name": "x", "namespace": "y"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x/../y", "namespace": "y"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}},
        {"kind": "Secret", "metadata": {"name": "x", "namespace": "y"}},
    ):
        with pytest.raises(Refused):
            ref_of(found)


def test_every_kind_that_is_looked_at_can_be_asked_for() -> None:
    ours = {one.kind: (one.group, one.plural) for one in (*KINDS, *READ_ONLY)}
    assert {kind: ours.get(kind) for kind in LOOKED_AT} == dict(LOOKED_AT)


def test_the_kinds_of_the_tests_are_those_we_write() -> None:
    known = {
        (one["spec"]["group"], one["spec"]["names"]["kind"], one["spec"]["scope"])
        for one in read_objects((ROOT / "tests/cases/cluster/crds.yaml").read_bytes())
    }
    ours = {(one.group, one.kind, "Namespaced" if one.namespaced else "Cluster") for one in KINDS if one.group}
    assert ours <= known
