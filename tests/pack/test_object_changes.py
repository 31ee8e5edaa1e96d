"""What differs between two versions of an object is named, and nothing that a Secret holds is ever shown."""

from base64 import b64encode
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from certwright.pack.object_changes import differences, value_text

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


def listener(port: int, *, status: str = "", version: str = "1") -> dict[str, Any]:
    return {
        "kind": "BrokerListener",
        "metadata": {"name": "external", "resourceVersion": version, "managedFields": [version]},
        "spec": {"ports": [{"port": port}]},
        "status": status,
    }


def secret(key: str, content: bytes) -> dict[str, Any]:
    return {"kind": "Secret", "data": {key: b64encode(content).decode()}}


def test_a_field_is_named_with_both_values() -> None:
    (one,) = differences(listener(1883, version="1"), listener(8884, version="2", status="other"))
    assert (one.path, one.before, one.after) == (".spec.ports[0].port", "1883", "8884")


def test_keys_are_written_as_the_server_writes_them() -> None:
    (one,) = differences(secret("tls.crt", b"a" * 80), secret("tls.crt", b"b" * 80))
    assert one.path == ".data.tls\\.crt"


def test_an_empty_object_has_none_of_it() -> None:
    assert {one.path for one in differences({}, listener(1))} == {".kind", ".metadata.name", ".spec.ports[0].port"}


@given(PLAIN)
def test_the_same_differs_in_nothing(spec: Any) -> None:
    assert differences({"spec": spec}, {"spec": spec, "status": 1}) == ()


@given(PLAIN, PLAIN)
def test_whatever_differs_is_found_both_ways(one: Any, other: Any) -> None:
    there, back = differences({"spec": one}, {"spec": other}), differences({"spec": other}, {"spec": one})
    assert {(two.path, two.before, two.after) for two in there} == {(two.path, two.after, two.before) for two in back}


@given(st.binary(min_size=4, max_size=200), st.binary(min_size=4, max_size=200))
def test_no_byte_of_a_secret_is_shown(before: bytes, after: bytes) -> None:
    told = "".join(f"{one.before}{one.after}" for one in differences(secret("key", before), secret("key", after)))
    for content in (before, after):
        text = b64encode(content).decode()
        assert len(text) < 12 or text[:12] not in told
    if max(len(before), len(after)) < 64:
        assert "sha256" not in told


def test_copies_that_kubectl_keeps_of_a_secret_are_not_shown() -> None:
    note = {"kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"aHVudGVyMg=="}}'}
    before = {"kind": "Secret", "metadata": {"annotations": note}, "stringData": {"password": "hunter2"}}
    told = repr(differences(before, {"kind": "Secret", "metadata": {}}))
    assert "aHVudGVyMg" not in told
    assert "hunter2" not in told
    assert "7 bytes, not shown" in told


def test_broken_data_is_no_end_of_it() -> None:
    differences({"kind": "Secret", "data": {"key": "*"}}, {"kind": "Secret", "data": 7})
    differences({"kind": "ConfigMap", "data": []}, secret("key", b""))


@given(st.binary(max_size=300))
def test_any_value_is_told(content: bytes) -> None:
    assert value_text(content, secret=True)
