"""What was proved of a rotation, as people and programs are told it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from certwright.report.layout import Screen
from certwright.report.rotation import Gone, Pair, rotation_text
from certwright.report.rotation_json import rotation_document

from .rotated import UNDER_WAY

KEPT = (Pair(1, 1, works=True, holds=True), Pair(2, 2, works=True, holds=None), Pair(1, 2, works=False, holds=True))


def test_leaves_stand_beside_trust_lists() -> None:
    lines = rotation_text((replace(UNDER_WAY, pairs=KEPT),), Screen()).splitlines()
    at = lines.index("signed by   with trust list 1   with trust list 2")
    assert [line.split() for line in lines[at + 1 : at + 3]] == [["1", "✓", "✗"], ["2", "-", "-"]]
    assert "signed by" not in rotation_text((UNDER_WAY,), Screen())


def test_a_pair_that_is_not_as_it_must_be_has_a_sentence() -> None:
    broken = (Pair(2, 1, works=True, holds=False, reason="no bridge"), Pair(1, 2, works=False, holds=False))
    told = rotation_text((replace(UNDER_WAY, pairs=broken),), Screen())
    assert "what generation 2 signed fails with trust list 1: no bridge" in told
    assert "what generation 1 signed is still accepted with trust list 2" in told
    assert told.isascii() is False
    assert "yes" in rotation_text((replace(UNDER_WAY, pairs=KEPT),), Screen(ascii=True))


def test_programs_get_them_all() -> None:
    document = rotation_document((replace(UNDER_WAY, pairs=KEPT),), datetime(2026, 11, 22, tzinfo=UTC))
    issuer = json.loads(json.dumps(document))["issuers"][0]
    assert issuer["pairs"][2] == {"leaf": 1, "bundle": 2, "works": False, "holds": True, "reason": "", "revoked": None}


def test_what_is_refused_on_purpose_says_why() -> None:
    gone = Gone("contoso/issuing", datetime(2026, 11, 21, 9, tzinfo=UTC), "cACompromise")
    meant = tuple(Pair(1, bundle, works=False, holds=True, revoked=gone) for bundle in (1, 2))
    told = " ".join(rotation_text((replace(UNDER_WAY, pairs=meant),), Screen()).split())
    assert told.count("what generation 1 signed is refused on purpose: contoso/issuing was revoked on 2026-11-21"
                      " (cACompromise)") == 1  # fmt: skip
    assert "✓ accepted, ✗ refused, - nothing to be verified; each is as it must be" in told
    document = rotation_document((replace(UNDER_WAY, pairs=meant),), datetime(2026, 11, 22, tzinfo=UTC))
    pair = json.loads(json.dumps(document))["issuers"][0]["pairs"][0]
    assert pair["revoked"] == {"place": "contoso/issuing", "at": "2026-11-21T09:00:00Z", "reason": "cACompromise"}


def test_the_legend_praises_nothing_that_is_broken() -> None:
    broken = (Pair(2, 1, works=True, holds=False, reason="no bridge"),)
    assert "each is as it must be" not in rotation_text((replace(UNDER_WAY, pairs=broken),), Screen())
