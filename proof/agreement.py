"""Asks OpenSSL, pkilint and Java about what certwright says, and writes docs/agreement.md: where they differ, and why.

python proof/agreement.py            everything; the page is written anew
python proof/agreement.py --check    a part of it; the exit code is 1 for a disagreement that is not explained
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import agreement_chains
import agreement_lint
import agreement_pfx
from agreement_chains import Verdicts
from agreement_lint import Counts
from agreement_pfx import ASPECTS, Compared
from explained import CHAINS, LINT, PFX, Reason, reason
from tallied import replaced, table

PAGE = Path(__file__).parent.parent / "docs" / "agreement.md"

Apart = tuple[str, str]  # what they disagree on, and what was said


# ── PFX ───────────────────────────────────────────────────────────────────────────────────────────


def _pfx_apart(found: Sequence[Compared]) -> list[Apart]:
    return [(f"{one.name} | {aspect}", views) for one in found for aspect, views in one.differences()]


def _pfx_table(found: Sequence[Compared]) -> str:
    both = [one for one in found if one.ours.opens and one.theirs.opens]
    apart = Counter(aspect for one in found for aspect, _ in one.differences())
    asked = {aspect: len(both) for aspect in ASPECTS} | {"opens": len(found)}
    return table(
        ("fact", "files", "the same", "different"), [(a, asked[a], asked[a] - apart[a], apart[a]) for a in ASPECTS]
    )


# ── certificates ──────────────────────────────────────────────────────────────────────────────────


def _lint_apart(found: Counts) -> list[Apart]:
    rules = found.rules.items()
    ours = [(f"{name} | {rule}", "certwright alone") for rule, count in rules for name in count.ours]
    return ours + [(f"{name} | {rule}", "pkilint alone") for rule, count in rules for name in count.theirs]


def _lint_table(found: Counts) -> str:
    codes = {rule.ours: "<br>".join(f"`{code}`" for code in rule.theirs) for rule in agreement_lint.RULES}
    rows = [
        (rule, codes[rule], one.both, one.neither, len(one.ours), len(one.theirs)) for rule, one in found.rules.items()
    ]
    head = ("certwright", "pkilint", "both find it", "neither", "certwright alone", "pkilint alone")
    told = (
        f"{found.certificates} certificates. pkilint cannot decode {len(found.unloadable)} of them, which are left out."
    )
    return f"{told}\n\n{table(head, rows)}"


# ── chains ────────────────────────────────────────────────────────────────────────────────────────


def _chains_apart(found: Sequence[Verdicts]) -> list[Apart]:
    _, apart = agreement_chains.split(found)
    return [(f"{one.chain.name} | {' | '.join(one.said)}", "") for one in apart]


def _pkits_apart(found: Sequence[Verdicts]) -> list[Apart]:
    """Where judges differ, and where NIST does."""
    apart = dict(_chains_apart(found))
    for one in found:
        if agreement_chains.expected(one.chain.name) not in (None, one.ours):
            apart.setdefault(f"{one.chain.name} | {' | '.join(one.said)}", "")
    return list(apart.items())


def _word(said: str) -> str:
    return "no" if said else "yes"


def _made_table(found: Sequence[Verdicts]) -> str:
    head = (
        "chain",
        "right",
        *(f"certwright: {one}" for one in agreement_chains.JUDGES[:2]),
        *agreement_chains.JUDGES[2:],
    )
    rows = [(one.chain.name, "yes" if one.chain.right else "no", *map(_word, one.said)) for one in found]
    return table(head, rows)


def _pkits_table(found: Sequence[Verdicts]) -> str:
    rows = []
    asked = [(one, right) for one in found if (right := agreement_chains.expected(one.chain.name)) is not None]
    alone = sum(one.ours and not right for one, right in asked)
    other = sum(right and not one.ours for one, right in asked)
    rows.append(("NIST, by the names of its tests", len(asked), len(asked) - alone - other, alone, other))
    for number, judge in ((2, "OpenSSL"), (3, "Java")):
        alone = sum(one.against(number) and one.ours for one in found)
        other = sum(one.against(number) and not one.ours for one in found)
        rows.append((judge, len(found), len(found) - alone - other, alone, other))
    return table(("judge", "chains", "the same", "only certwright accepts", "only the judge accepts"), rows)


# ── the page ──────────────────────────────────────────────────────────────────────────────────────


def _reasons(reasons: Sequence[Reason], apart: Sequence[Apart]) -> str:
    """Each reason with how many it explains, and one of them."""
    fits: dict[Reason, list[str]] = {}
    for told, _ in apart:
        if found := reason(reasons, told):
            fits.setdefault(found, []).append(" ".join(told.split(" | ")[:1]))
    rows = [
        (len(fits[one]), ", ".join(f"`{name}`" for name in fits[one][:2]), one.why) for one in reasons if one in fits
    ]
    return table(("how many", "for instance", "why"), rows) if rows else "There is none.\n"


def _unexplained(reasons: Sequence[Reason], apart: Sequence[Apart]) -> Iterator[str]:
    for told, said in apart:
        if not reason(reasons, told):
            yield f"not explained: {told} {said}".strip()


def main() -> int:
    """Write the page, or check a part; the exit code."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--check", action="store_true")
    bounded = wanted.parse_args().check
    pfx = agreement_pfx.compared(agreement_pfx.files(bounded=bounded))
    made = agreement_chains.made()
    pkits = agreement_chains.pkits("Constraints|Chaining" if bounded else "")
    lint = agreement_lint.counted(agreement_lint.certificates(bounded=bounded))
    apart = {"PFX": (PFX, _pfx_apart(pfx)), "rules": (LINT, _lint_apart(lint)), "chains": (CHAINS, _chains_apart(made))}
    apart["PKITS"] = (CHAINS, _pkits_apart(pkits))
    troubles = [told for reasons, told_apart in apart.values() for told in _unexplained(reasons, told_apart)]
    troubles += [f"not as meant: {one.chain.name}" for one in made if one.ours != one.chain.meant]
    if not bounded:
        tables = {
            "PFX": _pfx_table(pfx),
            "rules": _lint_table(lint),
            "chains": _made_table(made),
            "PKITS": _pkits_table(pkits),
        }
        tables |= {f"{name} apart": _reasons(*both) for name, both in apart.items()}
        PAGE.write_text(replaced(PAGE.read_text("utf-8"), tables), "utf-8")
    print("\n".join(troubles) or "every disagreement is explained")
    return int(bool(troubles))


if __name__ == "__main__":
    sys.exit(main())
