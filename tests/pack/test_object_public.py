"""Objects without their secrets: what is not known to be public does not get out, whatever it is called."""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import trustme
from hypothesis import given
from hypothesis import strategies as st

from certwright.pack.cluster_objects import thing_of
from certwright.pack.object_public import LEFT_OUT, left_out, public

AUTHORITY = trustme.CA()
LEAF = AUTHORITY.issue_cert("mqtt.plant1.contoso.com")
CERTIFICATE = LEAF.cert_chain_pems[0].bytes()
KEY = LEAF.private_key_pem.bytes()


def secret(**data: bytes) -> dict[str, Any]:
    coded = {key.replace("_", "."): b64encode(one).decode() for key, one in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "tls", "namespace": "plant"}, "data": coded}


def kept(found: Any) -> dict[str, bytes]:
    return {key: b64decode(one) for key, one in found["data"].items()}


def test_certificates_stay_and_keys_go() -> None:
    found = public(secret(tls_crt=CERTIFICATE, tls_key=KEY, both=KEY + CERTIFICATE))
    assert kept(found)["tls.crt"].split() == CERTIFICATE.split()
    assert kept(found)["both"].split() == CERTIFICATE.split()
    assert "tls.key" not in found["data"]
    assert b"PRIVATE" not in json.dumps({key: one.decode() for key, one in kept(found).items()}).encode()


def test_what_was_left_out_is_noted_so_that_a_key_can_still_be_compared() -> None:
    whole = secret(tls_crt=CERTIFICATE, tls_key=KEY, password=b"hunter2")
    told = public(whole)
    assert set(json.loads(told["metadata"]["annotations"][LEFT_OUT])) == {"tls.key", "password"}
    before, after = thing_of(whole), thing_of(told)
    assert before
    assert after
    mine, theirs = before.holding("tls.key"), after.holding("tls.key")
    assert mine
    assert theirs
    assert mine.private
    assert theirs.private
    assert (mine.digest, mine.private.spki) == (theirs.digest, theirs.private.spki)
    password = after.holding("password")
    assert password
    assert (password.digest, password.size, password.private) == ("", 0, None)


def test_copies_in_annotations_and_managers_go_too() -> None:
    note = {"kubectl.kubernetes.io/last-applied-configuration": "aHVudGVyMg==", "team": "plant"}
    found = {**secret(password=b"hunter2"), "metadata": {"name": "x", "annotations": note, "managedFields": [1]}}
    told = json.dumps(public(found))
    assert "aHVudGVyMg" not in told
    assert "managedFields" not in told
    assert '"team": "plant"' in told


@given(st.dictionaries(st.sampled_from(["tls.key", "ca.crt", "a"]), st.binary(min_size=8, max_size=120)))
def test_nothing_that_is_no_certificate_gets_out(data: dict[str, bytes]) -> None:
    found = {"kind": "Secret", "metadata": {}, "data": {key: b64encode(one).decode() for key, one in data.items()}}
    told = json.dumps(public(found))
    assert all(b64encode(one).decode()[:10] not in told for one in data.values())


@given(
    st.text()
    | st.recursive(
        st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
    ).map(json.dumps)
)
def test_a_note_of_strangers_is_no_end_of_it(note: str) -> None:
    found = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "annotations": {LEFT_OUT: note}}}
    for holding in left_out(found).values():
        assert not holding.certificates
    assert thing_of(found)


def test_objects_that_are_no_secrets_stay_as_they_are(tmp_path: Path) -> None:
    found = {"kind": "ConfigMap", "metadata": {"name": "trust"}, "data": {"ca.crt": "text"}}
    assert public(found) == found
