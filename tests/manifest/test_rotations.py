"""Generations in a deployment file: read with every mistake, and written into it without touching anything else."""

from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certwright.catalogue.read import read_product
from certwright.errors import Mistakes, Refused
from certwright.generations import Rotation
from certwright.manifest.declaring import with_generation, with_keys
from certwright.manifest.read import read_deployment
from certwright.manifest.rotations import numbered
from certwright.manifest.schema import json_schema
from certwright.manifest.tree import read_tree
from certwright.model import KeySpec

EXAMPLES = Path(__file__).parents[2] / "examples"
BAKERY = read_product((Path(__file__).parents[1] / "cases/products/bakery.toml").read_text(), "bakery.toml")
TEXT = """certwright: 1
issuers:
  contoso:
    organization: Contoso
    root: {{key: ec-384, years: 15}}
    generations:
{}
sites:
  - {{name: east, product: bakery, domain: contoso.com, deploy_on: 2027-01-31}}
"""
TWO = "      - {number: 2, reason: it ends}"


def rotations(entries: str) -> tuple[Rotation, ...]:
    return read_deployment(TEXT.format(entries), "c.yaml", {"bakery": BAKERY}).rotations["contoso"]


def mistakes(entries: str) -> list[str]:
    with pytest.raises(Mistakes) as refused:
        rotations(entries)
    return [one.what for one in refused.value.mistakes]


# ── read ──


def test_what_is_not_said_is_as_before() -> None:
    (two,) = rotations(TWO)
    assert (two.number, two.reason, two.scope, two.bridge, two.compromised) == (2, "it ends", "root", True, ())
    assert two.root.subject == "CN=Contoso Root CA G2,O=Contoso"
    assert two.issuing.subject == "CN=Contoso Issuing CA G2,O=Contoso"
    assert two.root.key == KeySpec("ec", 384)
    assert round(two.root.lifetime / timedelta(days=365.25)) == 15
    assert two.distribution == timedelta(days=30)
    assert (two.stage_from, two.sign_from, two.retire_from) == (None, None, None)


def test_everything_can_be_said() -> None:
    (two,) = rotations(
        "      - number: 2\n        reason: it ends\n        root: {subject: CN=New Root, key: rsa-3072, years: 5}\n"
        "        issuing: {years: 4}\n        stage_from: 2027-01-01\n        sign_from: 2027-02-01\n"
        "        retire_from: 2028-06-01\n        distribution: 20\n        bridge: false"
    )
    assert (two.root.subject, two.root.key) == ("CN=New Root", KeySpec("rsa", 3072))
    assert two.stage_from == date(2027, 1, 1)
    assert two.retire_from == date(2028, 6, 1)
    assert (two.distribution.days, two.bridge) == (20, False)


def test_a_third_follows_the_second() -> None:
    two, three = rotations(f"{TWO}\n      - {{number: 3, reason: again, scope: issuing, issuing: {{key: ec-521}}}}")
    assert three.root == two.root
    assert three.issuing.subject == "CN=Contoso Issuing CA G3,O=Contoso"
    assert three.issuing.key == KeySpec("ec", 521)
    assert not three.bridge


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{number: 3, reason: a}", "numbered one after the other"),
        ("{reason: a}", "numbered one after the other"),
        ("{number: 2}", "needs a reason"),
        ("{number: 2, reason: a, scope: leaf}", "no such scope"),
        ("{number: 2, reason: a, scope: issuing, root: {years: 3}}", "stays below the root"),
        ("{number: 2, reason: a, stage_from: soon}", "stage_from must be a day"),
        ("{number: 2, reason: a, sign_from: 2027-02-01, retire_from: 2027-01-01}", "retire_from lies before the step"),
        ("{number: 2, reason: a, distribution: none}", "distribution must be a number"),
        ("{number: 2, reason: a, bridge: perhaps}", "bridge must be true or false"),
        ("{number: 2, reason: a, compromised: [root-3]}", "no other generation has an authority of that name"),
        ("{number: 2, reason: a, compromised: [root-2]}", "no other generation has an authority of that name"),
        ("{number: 2, reason: a, replaces: 2}", "replaces must be a number"),
        ("{number: 2, reason: a, root: {subject: 'CN=Contoso Root CA,O=Contoso'}}", "needs subjects of its own"),
        ("{number: 2, reason: a, issuing: {subject: 'CN=Contoso Root CA G2,O=Contoso'}}", "needs subjects of its own"),
        ("{number: 2, reason: a, root: {subject: nonsense}}", "no subject"),
        ("{number: 2, reason: a, colour: red}", "generation 2 has no key colour"),
        ("a", "generation 2 must be a mapping"),
    ],
)
def test_a_mistake_is_told(entry: str, told: str) -> None:
    assert any(told in one for one in mistakes(f"      - {entry}"))


def test_all_mistakes_at_once() -> None:
    assert len(mistakes("      - {number: 4, scope: leaf, bridge: 3, sign_from: 7}")) == 5


def test_issuers_of_others_have_no_generations() -> None:
    text = TEXT.format(TWO).replace("    organization: Contoso\n", "    kind: public\n")
    with pytest.raises(Mistakes, match="only an issuer of kind embedded has generations"):
        read_deployment(text, "c.yaml", {"bakery": BAKERY})


def test_editors_know_the_key() -> None:
    schema = json_schema([BAKERY])
    site = {"name": "east", "product": "bakery", "domain": "contoso.com", "deploy_on": "2027-01-31"}
    good = {"number": 2, "reason": "it ends", "sign_from": "2027-01-01", "root": {"years": 4}, "bridge": False}

    def judged(entry: dict[str, object]) -> bool:
        document = {"certwright": 1, "issuers": {"contoso": {"generations": [entry]}}, "sites": [site]}
        return bool(jsonschema.Draft202012Validator(schema).is_valid(document))

    assert judged(good)
    assert not judged({**good, "scope": "leaf"})
    assert not judged({"number": 2})


@given(st.integers(2, 99), st.integers(2, 99))
def test_a_number_replaces_the_one_before(first: int, second: int) -> None:
    once = numbered("CN=Contoso Root CA,O=Contoso", first)
    assert numbered(once, second) == numbered("CN=Contoso Root CA,O=Contoso", second)
    assert numbered(once, first) == once


def test_only_a_common_name_is_numbered() -> None:
    assert numbered("O=Contoso", 2) == "O=Contoso"
    assert numbered(r"CN=Smith\, Sons,O=A", 2) == r"CN=Smith\, Sons G2,O=A"


# ── written ──

ENTRY = {"number": 2, "reason": 'say "why": # it ends', "scope": "root", "sign_from": date(2027, 1, 1)}
BLOCK = ["generations:", "  - number: 2", '    reason: "say \\"why\\": # it ends"', "    scope: root"]


def added(before: str, after: str) -> list[str]:
    """The lines that are new; every other is where it was."""
    old, new = before.splitlines(), after.splitlines()
    at = next((index for index, line in enumerate(old) if new[index] != line), len(old))
    count = len(new) - len(old)
    assert new[:at] + new[at + count :] == old
    return new[at : at + count]


@pytest.mark.parametrize("product", ["azure-local", "azure-stack-hub", "azure-iot-operations", "configuration-manager"])
def test_examples_keep_every_line(product: str) -> None:
    text = (EXAMPLES / product / "contoso.yaml").read_text()
    lines = added(text, with_generation(text, "contoso", ENTRY))
    assert [line[4:] for line in lines] == [*BLOCK, "    sign_from: 2027-01-01"]


def test_comments_anchors_quotes_and_order_stay() -> None:
    text = (
        "# who\ncertwright: 1\nissuers:  # all of them\n    'contoso':   # ours\n        kind: \"embedded\"  # why\n"
        "        root: &small {key: ec-256}  # small\n        # nothing more\n\n    other: {root: *small}\nsites: []\n"
    )
    made = with_generation(text, "contoso", ENTRY)
    assert added(text, made)[0] == "        generations:"
    assert "        # nothing more\n\n    other: {root: *small}\n" in made


def test_a_list_that_is_there_goes_on() -> None:
    text = (
        "issuers:\n  contoso:\n    generations:\n    - number: 2   # the second\n      reason: >\n        long\n"
        "        text\n    crl: x\n"
    )
    made = with_generation(text, "contoso", {"number": 3, "reason": "b"})
    assert added(text, made) == ["    - number: 3", '      reason: "b"']


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("issuers: {contoso: {kind: embedded}}", 'issuers: {contoso: {kind: embedded, generations: [{number: 3}]}}'),
        ("issuers: {contoso: {}}", "issuers: {contoso: {generations: [{number: 3}]}}"),
        ("issuers:\n  contoso: {generations: []}", "issuers:\n  contoso: {generations: [{number: 3}]}"),
        ("issuers:\n  contoso: {generations: [{a: b},]}", "issuers:\n  contoso: {generations: [{a: b}, {number: 3}]}"),
        ("sites: []", "sites: []\nissuers:\n  contoso:\n    generations:\n      - number: 3\n"),
    ],
)  # fmt: skip
def test_every_way_of_writing(text: str, wanted: str) -> None:
    assert with_generation(text, "contoso", {"number": 3}).split() == wanted.split()


def test_line_ends_stay() -> None:
    text = "issuers:\r\n  contoso:\r\n    kind: embedded\r\nsites: []\r\n"
    made = with_generation(text, "contoso", ENTRY)
    assert made.count("\r\n") == made.count("\n") == 9


def test_a_key_is_added_to_an_entry() -> None:
    text = "issuers:\n  contoso:\n    generations:\n      - number: 2\n        reason: a  # why\nsites: []\n"
    assert added(text, with_keys(text, "contoso", 0, {"compromised": True})) == ["        compromised: true"]


def test_what_an_entry_says_is_said_anew_in_its_place() -> None:
    text = "issuers:\n  contoso:\n    generations:\n      - number: 2\n        reason: a  # why\nsites: []\n"
    made = with_keys(text, "contoso", 0, {"reason": "stolen: from a laptop", "compromised": True})
    assert made == text.replace("reason: a", 'reason: "stolen: from a laptop"').replace(
        "# why\n", "# why\n        compromised: true\n"
    )


@pytest.mark.parametrize(
    "text",
    ["issuers:\n  contoso: &a\n    kind: embedded\n  other: *a\n", "issuers:\n  contoso:\n", "issuers: [a]\n"],
)
def test_what_would_change_something_else_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="anew") as refused:
        with_generation(text, "contoso", ENTRY)
    assert "number: 2" in refused.value.hint


@given(st.text(min_size=1).filter(lambda text: text.strip()))
@example("it's: {a} #b \\ \x85 \u2028 \N{GRINNING FACE}")
def test_any_reason_can_be_written(reason: str) -> None:
    try:
        made = with_generation("issuers:\n  contoso:\n    kind: embedded\n", "contoso", {"number": 2, "reason": reason})
    except Refused:
        return
    entry = read_tree(made, "c").value["issuers"].value["contoso"].value["generations"].value[0]  # type: ignore[index]
    assert entry.value["reason"].value == reason


def test_whose_place_a_generation_takes_and_what_is_compromised() -> None:
    text = TWO.replace(
        "{number: 2, reason: it ends}",
        "{number: 2, reason: it ends, bridge: both}\n      - {number: 3, reason: stolen, scope: issuing, replaces: 1, "
        "compromised: true}\n      - {number: 4, reason: stolen, replaces: 3, compromised: true}\n"
        "      - {number: 5, reason: stolen, compromised: [issuing-2, root-2]}",
    )
    two, three, four, five = rotations(text)
    assert (two.before, two.bridge, two.back, two.compromised) == (1, True, True, ())
    assert (three.before, three.back, three.compromised) == (1, False, ("contoso/issuing",))
    assert four.compromised == ("contoso/issuing-3", "contoso/root"), "the third stands below the first one's root"
    assert five.compromised == ("contoso/issuing-2", "contoso/root-2")
    assert three.root.subject == "CN=Contoso Root CA,O=Contoso"
