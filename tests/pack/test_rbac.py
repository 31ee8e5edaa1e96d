"""Permissions as objects: every verb bound to names, nothing for everybody."""

from hypothesis import given
from hypothesis import strategies as st

from certwright.pack.object_kinds import BUNDLE, CONFIG_MAP, KINDS, LISTENER, SECRET, Ref
from certwright.pack.rbac import Permitted, Subject, permissions

OPS = (Subject("User", "ops"),)
TLS, OLD = Ref(SECRET, "plant", "tls"), Ref(SECRET, "plant", "old")


def rules(permitted: Permitted) -> dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]]:
    """Namespace → resource, names and verbs of its rules."""
    found = permissions("certwright", permitted, OPS)
    return {
        one["metadata"].get("namespace", ""): [
            (rule["resources"][0], tuple(rule.get("resourceNames", ())), tuple(rule["verbs"])) for rule in one["rules"]
        ]
        for one in found
        if "rules" in one
    }


def test_each_namespace_has_a_role_and_the_cluster_has_one() -> None:
    told = rules(Permitted(written=[TLS, Ref(CONFIG_MAP, "plant", "trust"), Ref(BUNDLE, "", "roots")]))
    writing = ("get", "create", "patch")
    assert told == {
        "": [("namespaces", ("kube-system",), ("get",)), ("bundles", ("roots",), writing)],
        "plant": [("configmaps", ("trust",), writing), ("secrets", ("tls",), writing)],
    }


def test_taking_away_and_reading_are_told_apart() -> None:
    told = rules(
        Permitted(written=[TLS], removed=[OLD], read=[Ref(SECRET, "plant", "other")], listed=[(LISTENER, "plant")])
    )
    assert told["plant"] == [
        ("secrets", ("old",), ("get", "delete")),
        ("secrets", ("other",), ("get",)),
        ("secrets", ("tls",), ("get", "create", "patch")),
        ("brokerlisteners", (), ("list",)),
    ]


@given(st.sets(st.tuples(st.sampled_from(KINDS), st.sampled_from(["a", "b"]), st.sampled_from(["x", "y", "z"]))))
def test_every_object_is_permitted_once_and_no_other(rows: set[tuple[object, str, str]]) -> None:
    refs = {Ref(kind, where if kind.namespaced else "", name) for kind, where, name in rows}  # type: ignore[attr-defined, arg-type]
    told = rules(Permitted(written=sorted(refs, key=lambda one: one.order)))
    granted = [(where, what, name) for where, rows in told.items() for what, names, _ in rows for name in names]
    granted.remove(("", "namespaces", "kube-system"))
    assert sorted(granted) == sorted((one.namespace, one.kind.plural, one.name) for one in refs)


def test_bindings_name_who_gets_them() -> None:
    subjects = (*OPS, Subject("Group", "plant"), Subject("ServiceAccount", "certwright", "ops"))
    binding = permissions("certwright", Permitted(), subjects)[1]
    assert [row["kind"] for row in binding["subjects"]] == ["User", "Group", "ServiceAccount"]
    assert binding["subjects"][2] == {"kind": "ServiceAccount", "name": "certwright", "namespace": "ops"}
    assert binding["roleRef"]["name"] == "certwright"
