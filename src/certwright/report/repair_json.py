"""What a repair changes, and what it cannot → JSON (`repair/1`). No password, and no part of one, ever."""

from certwright.report.envelope import Json, envelope
from certwright.report.findings_json import result_document
from certwright.report.repair import Mended, Repair


def repair_document(mended: Mended, *, dry_run: bool) -> dict[str, Json]:
    """The repair as `repair/1`. `new` needs a new certificate, `wanted` something that is not here."""
    return envelope(
        "repair",
        {
            "output": mended.output,
            "dry_run": dry_run,
            "whole": mended.whole,
            "written": mended.written,
            "kept": mended.kept,
            "repairs": [_repair(one) for one in mended.repairs],
            "new": [result_document(one) for one in mended.new],
            "wanted": [result_document(one) for one in mended.wanted],
            "notes": [result_document(one) for one in mended.notes],
            "strays": [{"path": path, "reason": reason} for path, reason in mended.strays],
            "passwords": [{"set": one.set, "source": one.source, "file": one.file} for one in mended.passwords],
        },
    )


def _repair(repair: Repair) -> Json:
    return {
        "place": repair.place,
        "path": repair.path,
        "code": repair.code,
        "what": repair.what,
        "before": repair.before,
        "after": repair.after,
        "why": repair.why,
    }
