"""What programs read: the promised shapes, the same bytes every time."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.judged import told
from certwright.model import Line
from certwright.pack.object_changes import Difference as ObjectDifference
from certwright.pack.object_kinds import SECRET, Ref
from certwright.report.changes import Changes, Coming, ListChange, changes_document
from certwright.report.cluster import Comparison, Step, comparison_document
from certwright.report.difference import Change, Difference, difference_document
from certwright.report.emergency import Emergency, Replaced, emergency_document
from certwright.report.envelope import FORMATS, json_parts, json_text, plain
from certwright.report.explanation import Explanation, explanation_document
from certwright.report.findings_json import report_document, report_parts
from certwright.report.inspection_json import inspection_document
from certwright.report.inventory import status_document
from certwright.report.notice import Matter, Notice, notice_document
from certwright.report.plan_json import plan_document
from certwright.report.repair import Locked, Mended, Repair
from certwright.report.repair_json import repair_document
from certwright.report.rotation_json import rotation_document
from certwright.report.vault import Listing, ListRow, Orphan, listing_document, orphans_document

from .applied import applied
from .rotated import UNDER_WAY, UNROTATED
from .samples import DOCUMENT, INSPECTED, NOW, PLAN, REPORT, STANDING

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
MENDED = Mended(
    "new",
    (Repair("a/b", "a/b.pfx", "p.encryption", "encryption", "AES", "3DES", "because"),),
    kept=1,
    written=2,
    new=REPORT.results[:1],
    wanted=(),
    notes=REPORT.results[1:],
    strays=(("x.pfx", "nobody's"),),
    passwords=(Locked("a/set", "a new one", "new.certwright/passwords/a/set.txt"),),
)
EXPLANATION = Explanation("a.b", "place", "B", details=(("x", "y"),), sources=(DOCUMENT,), related=("a",))
ENDS = datetime(2027, 1, 2, tzinfo=UTC)
EMERGENCY = Emergency(
    "contoso",
    1,
    "stolen",
    retired=True,
    certificates=(Replaced("east/a", 17, ENDS, 18), Replaced("east/b", 19, ENDS)),
    revoked=ENDS,
    presenting=("east/c",),
)
LINES = (
    Line("contoso", 1, "verify-only", "contoso/root", "contoso/issuing", since=ENDS, stopped=True),
    Line("contoso", 2, "signing", "contoso/root", "contoso/issuing-2", "stolen", ENDS),
)
DOCUMENTS = {
    "plan": plan_document(replace(PLAN, lines=LINES)),
    "emergency": emergency_document(EMERGENCY),
    "report": report_document(REPORT),
    "status": status_document(STANDING),
    "explanation": explanation_document(EXPLANATION),
    "inspection": inspection_document(INSPECTED, NOW),
    "repair": repair_document(MENDED, dry_run=False),
    "notice": notice_document(
        Notice("due", "contoso", (Matter("east/portal", "it expires"),), NOW, "certwright apply")
    ),
    "changes": changes_document(
        Changes(
            (Coming("a/b", "renew", "because", (Change("key", ("rsa 2048",), ("rsa 4096",)),)),),
            ("a/b.pfx",),
            ("a/c.pfx",),
            ("a/d.pfx",),
            ("a/e.pfx",),
            (("contoso/root", "its list"),),
            (("a/f", "no answer"),),
            (("a/g", "it is old", NOW),),
            (ListChange("pki/a.crl", "new"), ListChange("pki/b.crl", "kept", NOW.date())),
            ("pki/c.cer",),
        )
    ),
    "cluster-diff": comparison_document(
        Comparison(
            "plant1",
            "here",
            "https://cluster",
            (
                Step(
                    Ref(SECRET, "plant", "tls"),
                    "secret.yaml",
                    "change",
                    (ObjectDifference(".data.tls\\.crt", "a", "b"),),
                    ((".data", "argo"),),
                ),
            ),
            ((Ref(SECRET, "plant", "old"), "remove"),),
            (("Secret plant/new", "new.yaml"),),
            (("BrokerListener plant/new", "Secret plant/new"),),
            ("plant1/listener",),
        )
    ),
    "vault": listing_document(
        Listing(
            "plant1",
            "plant1-kv.vault.azure.net",
            (
                ListRow("trust", "press.der", "press-der", "file", "applied", "certificate", "CN=press", NOW),
                ListRow("client", "a.pem", "a-pem", "vault", "to add", "key"),
            ),
            NOW,
            ("old-der",),
        )
    ),
    "orphans": orphans_document((Orphan("gone", "press-der", "trust", "press.der", "it is deleted"),), "plant1", "kv"),
    "rotation": rotation_document((UNDER_WAY, UNROTATED), NOW),
    "difference": difference_document(
        Difference({"a/b": ("dns:b",)}, {}, {"a/c": (Change("key", ("rsa 2048",), ("rsa 4096",)),)})
    ),
}


def test_a_report_in_parts_is_the_report() -> None:
    for report in (REPORT, applied()):
        assert "".join(report_parts(report)) == json_text(report_document(report))


def test_results_by_file_are_the_same_however_they_are_kept() -> None:
    results = applied().results
    kept, written = told(results).by_file(), told(tuple(results)).by_file()
    assert {key: tuple(several) for key, several in kept.items()} == {key: tuple(one) for key, one in written.items()}
    assert list(kept) == list(written)
    assert len(kept) > 20
    for key, several in kept.items():
        assert +Counter(several.tally()) == written[key].tally()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=3), some, max_size=3),
        max_leaves=12,
    )
)
def test_a_document_in_parts_is_the_document(whole: object) -> None:
    def apart(value: object) -> object:
        if isinstance(value, list):
            return iter([apart(one) for one in value])
        if isinstance(value, dict):
            return {key: apart(one) if isinstance(one, list) else one for key, one in value.items()}
        return value

    document = {"b": [whole, {"x": [whole]}], "a": {"x": whole}}
    text = "".join(json_parts({key: apart(value) for key, value in document.items()}))
    assert json.loads(text) == document
    assert text == json_text(document)


def test_every_format_has_a_schema_and_a_sample() -> None:
    assert FORMATS.keys() == DOCUMENTS.keys()
    assert {path.name for path in SCHEMAS.iterdir()} >= {f"{kind}.schema.json" for kind in FORMATS}


@pytest.mark.parametrize("kind", FORMATS)
def test_documents_keep_to_their_schema(kind: str) -> None:
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    written = json.loads(json_text(DOCUMENTS[kind]))
    jsonschema.validate(written, schema, jsonschema.Draft202012Validator)
    assert written["certwright"] == f"{kind}/{FORMATS[kind]}"


def test_the_schema_refuses_what_is_not_promised() -> None:
    schema = json.loads((SCHEMAS / "report.schema.json").read_text("utf-8"))
    with pytest.raises(jsonschema.ValidationError, match="password"):
        jsonschema.validate({**DOCUMENTS["report"], "password": "x"}, schema)


def test_keys_are_sorted_and_text_is_stable() -> None:
    text = json_text(DOCUMENTS["plan"])
    assert text == json_text(plan_document(replace(PLAN, lines=LINES)))
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_facts_as_json() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert plain((None, True, 3, "a", b"\x00\x01", date(2026, 1, 2), noon, frozenset("ba"), {"k": ["v"]}, 1.5)) == [
        None, True, 3, "a", "2 bytes", "2026-01-02", "2026-11-21T12:00:00Z", ["a", "b"], {"k": ["v"]}, "1.5",
    ]  # fmt: skip
