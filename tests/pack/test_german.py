"""What a file is, and why it does not open, is said in German to whoever speaks it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.german import english

from certwright.errors import Refused, Unreadable
from certwright.pack.detect import FORMS, detect
from certwright.pack.inspecting import Light, inspect
from certwright.pack.object_names import checked_key, checked_name, checked_namespace
from certwright.pack.objects import read_objects
from certwright.pack.script import render
from certwright.speech import speaking, tr

CASES = Path(__file__).parent.parent / "cases"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def test_every_form() -> None:
    with speaking("de"):
        said = [tr(form) for form in FORMS.values()]
    assert not english(*said)
    assert "Zertifikatanforderung (PKCS#10), DER" in said


def test_a_password_that_does_not_fit() -> None:
    content = (CASES / "pfx" / "windows.pfx").read_bytes()
    with speaking("de"):
        (inside,) = inspect(content, Light(("one", "another"), NOW, {}))
    assert inside.closed
    assert {one.reason for one in inside.closed} == {"keines der 2 Kennwörter passt"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "die Datei ist leer"),
        (b"\x1f\x8b\x08\x00", "dies ist mit gzip komprimiert"),
        (b"\xfe\xed\xfe\xed\x00", "dies ist ein Java-Keystore in der alten Form JKS"),
        (b"\x30\x03\x02", "sieht nach DER aus, aber es ist abgeschnitten: "),
        (b"hello", "enthält weder Zertifikat noch Schlüssel noch "),
    ],
)
def test_what_is_nothing_of_this_trade(content: bytes, told: str) -> None:
    with speaking("de"), pytest.raises(Unreadable) as caught:
        detect(content)
    assert caught.value.what.startswith(told)
    assert not english(caught.value.what)


@pytest.mark.parametrize(
    "text",
    [
        "a: *b",
        "kind: Secret\nkind: Secret\n",
        "[" * 100,
        "- 1",
        '{"kind": "Secret", "kind": "x"}',
        "kind: List\nitems: [1]",
    ],
)
def test_objects_that_are_none(text: str) -> None:
    with speaking("de"), pytest.raises(Unreadable) as caught:
        read_objects(text.encode())
    assert not english(caught.value.what, caught.value.hint)


def test_names_kubernetes_refuses() -> None:
    for check in (checked_name, checked_namespace, checked_key):
        with speaking("de"), pytest.raises(Refused, match="'A b!' ist kein Kubernetes-") as caught:
            check("A b!")
        assert not english(caught.value.what, caught.value.hint)


def test_a_template_that_cannot_be_filled_in() -> None:
    with speaking("de"), pytest.raises(Refused) as caught:
        render("%%nowhere%%\n'%%site%%'\n%%line%%", {"site": "east", "line": "a\nb"}, "powershell", source="steps")
    assert caught.value.what.startswith("3 Fehler\n")
    assert not english(caught.value.what, caught.value.hint)
