"""Whoever reads German is told everything in German; what is delivered, and what programs read, stays as it is."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from certwright.catalogue.load import PRODUCTS, load
from certwright.cli import VERBS

from .conftest import Run, Said

ENGLISH = re.compile(
    r"(?<![\w'-])(?:the|is|are|and|of|not|which|with|that|this|cannot|be|for|has|have|it|by|from|when|must|or)(?![\w'-])",
    re.IGNORECASE,
)
LITERAL = re.compile(r"```.*?```|`[^`]*`|“[^”]*”|https?://\S+", re.DOTALL)
CHECKS = ("table", "json", "junit", "sarif", "markdown", "html", "readiness")


@cache
def quoted() -> tuple[str, ...]:
    """Titles of documents, and what is quoted from them: nobody translates those. Longest first."""
    products = [load(one) for one in PRODUCTS]
    titles = {document.title for product in products for document in product.documents.values()}
    quotes = {one.quote for product in products for one in product.contradictions if one.quote}
    return tuple(sorted(titles | quotes, key=len, reverse=True))


def english(text: str) -> list[str]:
    """The lines that hold an English word."""
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL).replace("<wbr>", "")
    text = re.sub(r"<a [^>]*>.*?</a>", "", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", text) if text.startswith("<!DOCTYPE") else text
    text = re.sub(r'(?m)^ *"title": .*$', "", LITERAL.sub("", text))  # titles in JSON are the catalogue's own
    for one in quoted():
        text = re.sub(r"\s+".join(map(re.escape, one.split())), "", text)
    return [line.strip() for line in text.splitlines() if ENGLISH.search(line)]


def test_the_detector_detects() -> None:
    assert english("Das Zertifikat\nthe certificate") == ["the certificate"]
    assert english("`the certificate` und „alles“, Key Usage: OK") == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder for one journey through all verbs."""
    return tmp_path_factory.mktemp("standort")


@pytest.fixture
def de(run: Run, site: Path) -> Any:
    """`run`, in German, in that folder."""

    def in_german(verb: str, *arguments: str) -> Said:
        return run(verb, *arguments, "--lang", "de", folder=site)

    return in_german


def journey(de: Any, site: Path) -> Iterator[tuple[str, str]]:
    """Every verb in turn, and what it said."""
    if not (site / "c.yaml").exists():
        started = de("init", "azure-stack-hub")
        (site / "c.yaml").write_text(started.out)
        (site / "init.out").write_text(started.out)
        (site / "status.first").write_text(de("status", "c.yaml").out)
        (site / "apply.out").write_text(de("apply", "c.yaml").out)
        (site / "plan.json").write_text(de("plan", "c.yaml", "--json").out)
        (site / "c2.yaml").write_text(re.sub("(?m)^( *region: *).*$", r"\1west", started.out))
        (site / "plan2.json").write_text(de("plan", "c2.yaml", "--json").out)
        spoil(site)
    for name in ("init.out", "status.first", "apply.out", "plan.json"):
        yield name, (site / name).read_text()
    for form in CHECKS:
        yield f"check {form}", de("check", "bad", "--for", "c.yaml", "--format", form).out
    for verb, *more in (
        ("plan", "c.yaml"),
        ("status", "c.yaml"),
        ("runbook", "c.yaml"),
        ("inspect", "bad"),
        ("repair", "bad", "--for", "c.yaml", "-o", "new", "--dry-run"),
        ("diff", "plan.json", "plan2.json"),
        ("explain", "azure-stack-hub.pfx-encryption"),
        ("explain", "azure-stack-hub"),
        ("explain", "pfx.encryption"),
        ("explain", "material.missing"),
        ("explain", "ASH-C14"),
    ):
        said = de(verb, *more)
        yield f"{verb} {more[0]}", said.out + said.err


def spoil(site: Path) -> None:
    """Files of which one is missing, one is broken, one is another's."""
    files = sorted((site / "out").rglob("*.pfx"))
    for number, file in enumerate(files):
        there = site / "bad" / file.relative_to(site / "out")
        there.parent.mkdir(parents=True, exist_ok=True)
        if number != 1:
            there.write_bytes(b"nothing" if number == 2 else files[0 if number == 3 else number].read_bytes())


def test_a_journey_through_all_verbs(de: Any, site: Path) -> None:
    left = {name: lines for name, text in journey(de, site) if (lines := english(text))}
    assert not left, "\n".join(f"{name}: {line}" for name, lines in left.items() for line in dict.fromkeys(lines))


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help(run: Run, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = run(*([verb] if verb else []), "--help", "--lang", "de") if verb else run("--lang", "de", "--help")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    located = run(*([verb] if verb else []), "--help")
    assert chosen.out == located.out
    assert chosen.out.startswith("Aufruf: certwright")
    assert "\nOptionen:\n" in chosen.out
    assert not english(re.sub(r"\[[^\]]*\]", "", chosen.out))
    assert max(map(len, chosen.out.splitlines())) <= 100


def test_help_is_english_again(run: Run) -> None:
    run("plan", "--help", "--lang", "de")
    assert "Show every certificate a deployment needs" in run("plan", "--help").out
    assert "Show this message and exit." in run("plan", "--help").out


ERRORS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "Refused": (2, ("explain", "nix.da")),
    "Refused: a file that is not there": (2, ("apply", "there-is-none/c.yaml")),
    "Mistakes": (2, ("plan", "wrong.yaml")),
    "Impossible": (2, ("plan", "impossible.yaml")),
    "Unreadable": (2, ("diff", "wrong.yaml", "wrong.yaml")),
    "Locked": (3, ("password", "show", "c.yaml", "stack-hub/core", "--unlock-file", "wrong.secret")),
    "Broken": (4, ("check", "bad", "--for", "c.yaml", "-o", "/dev/full")),
    "usage: no argument": (2, ("check",)),
    "usage: no such option": (2, ("check", "--nix")),
    "usage: no such choice": (2, ("check", "--format", "nix", "bad")),
    "usage: no such verb": (2, ("nix",)),
    "usage: a missing option": (2, ("repair", "bad")),
    "usage: two that contradict": (2, ("check", "bad", "--json", "--format", "html", "--for", "c.yaml")),
    "usage: one that does nothing": (2, ("check", "bad", "--for", "c.yaml", "--server-name", "a.example")),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_of_each_class(de: Any, run: Run, site: Path, name: str) -> None:
    list(journey(de, site)) if not (site / "bad").exists() else None
    (site / "wrong.yaml").write_text("version: 7\nsites: 3\n")
    (site / "wrong.secret").write_text("not-the-secret\n")
    (site / "wrong.secret").chmod(0o600)
    text = (site / "c.yaml").read_text()
    (site / "impossible.yaml").write_text(re.sub("(?m)^( *kind: *)embedded", r"\1self-signed", text))
    code, arguments = ERRORS[name]
    said = run("--lang", "de", *arguments, folder=site) if arguments == ("nix",) else de(*arguments)
    assert (said.code, said.out) == (code, "")
    assert said.err.startswith("Fehler: ")
    assert not english(said.err), said.err


def test_what_programs_read_is_the_same_in_every_language(de: Any, run: Run, site: Path) -> None:
    list(journey(de, site)) if not (site / "bad").exists() else None
    arguments = ("bad", "--for", "c.yaml", "--json")
    german = json.loads(de("check", *arguments).out)
    english_one = json.loads(run("check", *arguments, folder=site).out)
    assert german.keys() == english_one.keys()
    assert german["counts"] == english_one["counts"]
    keys = ("code", "status", "severity", "place", "path", "thumbprint")
    assert [[one[key] for key in keys] for one in german["results"]] == [
        [one[key] for key in keys] for one in english_one["results"]
    ]
    assert german["results"] != english_one["results"]  # the sentences are not


def test_plans_in_two_languages_ask_for_the_same(de: Any, run: Run, site: Path) -> None:
    list(journey(de, site)) if not (site / "bad").exists() else None
    (site / "english.json").write_text(run("plan", "c.yaml", "--json", folder=site).out)
    assert de("diff", "plan.json", "english.json").code == 0


def test_another_language_makes_nothing_due(run: Run, copied: Path) -> None:
    before = standing(copied)
    said = run("apply", "contoso.yaml", "--lang", "de", folder=copied)
    assert said.code == 0
    assert said.out.startswith("nichts ist fällig")
    assert standing(copied) == before


def standing(folder: Path) -> dict[Path, tuple[int, str]]:
    """When every file was written, and its hash; the lock is taken by every run."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.name != "lock"]
    return {file: (file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files}


def test_lines_keep_to_the_screen(de: Any, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list(journey(de, site)) if not (site / "bad").exists() else None
    monkeypatch.setenv("COLUMNS", "80")
    for arguments in (("plan", "c.yaml"), ("status", "c.yaml"), ("check", "bad", "--for", "c.yaml")):
        wide = [line for line in de(*arguments).out.splitlines() if len(line) > 80]
        assert not [line for line in wide if " " in line.strip() and "/" not in line]
