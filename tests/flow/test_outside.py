"""Somebody else's CA, from the first request to the last file: OpenSSL signs, in every shape an administrator sends."""

import io
import json
import os
import shutil
import zipfile
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from certwright.flow.world import Applied
from certwright.inventory import Inventory
from certwright.model import Held
from certwright.pending import Pending
from certwright.wiring.applying import apply, preview
from certwright.wiring.checking import check
from certwright.wiring.loading import Loaded, load
from certwright.wiring.standing import events, status
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

from .foreign import NOW, ForeignCa, der, foreign_ca, openssl

CASES = Path(__file__).parent.parent / "cases"
PLACES = ("east/shop-front", "east/coffee-machine", "east/van/blue")


@dataclass(frozen=True)
class Bakery:
    """A deployment whose certificates come from a CA of somebody else."""

    folder: Path
    ca: ForeignCa

    def loaded(self, days: float = 0) -> Loaded:
        return load(self.folder / "bakery.yaml", now=NOW + timedelta(days=days))

    def apply(self, days: float = 0) -> Applied:
        return apply(self.loaded(days))

    def csr(self, place: str) -> bytes:
        return (self.folder / "out/requests/corp" / f"{place.replace('/', '_')}.csr").read_bytes()

    def answer(self, name: str, content: bytes) -> None:
        file = self.folder / "answers/corp" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def answer_all(self, days: float = 0, places: Sequence[str] = PLACES, **more: object) -> None:
        """One P7B a place, with its chain, signed on that day."""
        for place in places:
            start = NOW + timedelta(days=days, minutes=-10)
            leaf = self.ca.sign(self.csr(place), start=start, **more)  # type: ignore[arg-type]
            self.answer(f"{place.replace('/', '-')}-{days}.p7b", self.ca.pkcs7([leaf, self.ca.issuing], "DER"))

    def edit(self, old: str, new: str) -> None:
        file = self.folder / "bakery.yaml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    def pending(self) -> Mapping[str, Pending]:
        with Inventory.open(self.loaded().database) as inventory, inventory.reading() as reading:
            return reading.pending()

    def held(self) -> Mapping[str, Held]:
        with Inventory.open(self.loaded().database) as inventory, inventory.reading() as reading:
            return reading.held()

    def files(self) -> dict[str, bytes]:
        root = self.folder / "out"
        return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> ForeignCa:
    return foreign_ca(tmp_path_factory.mktemp("ca") / "ca")


@pytest.fixture(scope="module")
def asked_once(ca: ForeignCa, tmp_path_factory: pytest.TempPathFactory) -> Bakery:
    """A deployment after its first run, to be copied: everything is asked, nothing answered."""
    bakery = deploy(tmp_path_factory.mktemp("asked") / "bakery", ca)
    bakery.apply()
    return bakery


@pytest.fixture(scope="module")
def made_once(asked_once: Bakery, tmp_path_factory: pytest.TempPathFactory) -> Bakery:
    """A deployment after all answers, to be copied."""
    bakery = Bakery(shutil.copytree(asked_once.folder, tmp_path_factory.mktemp("made") / "bakery"), asked_once.ca)
    bakery.answer_all()
    assert bakery.apply().waiting == ()
    return bakery


@pytest.fixture
def asked(asked_once: Bakery, tmp_path: Path) -> Bakery:
    return Bakery(shutil.copytree(asked_once.folder, tmp_path / "bakery"), asked_once.ca)


@pytest.fixture
def made(made_once: Bakery, tmp_path: Path) -> Bakery:
    return Bakery(shutil.copytree(made_once.folder, tmp_path / "bakery"), made_once.ca)


def deploy(folder: Path, ca: ForeignCa) -> Bakery:
    folder.mkdir()
    shutil.copy(CASES / "products" / "bakery.toml", folder)
    (folder / "root.cer").write_bytes(ca.root)
    shutil.copy(CASES / "flow" / "outside.yaml", folder / "bakery.yaml")
    return Bakery(folder, ca)


# ── asking ──


def test_a_first_run_asks_and_delivers_what_needs_no_answer(ca: ForeignCa, tmp_path: Path) -> None:
    bakery = deploy(tmp_path / "bakery", ca)
    applied = bakery.apply()
    assert applied.made == ()
    assert dict(applied.waiting) == dict.fromkeys(PLACES, "no answer in answers/corp yet")
    assert set(bakery.files()) == {
        "east/root.cer",
        "east/open.ps1",
        "requests/corp/README.txt",
        *(f"requests/corp/{place.replace('/', '_')}.csr" for place in PLACES),
    }
    assert preview(bakery.loaded()) == ()
    assert {event.place for event in events(bakery.loaded()) if event.kind == "requested"} == set(PLACES)


def test_a_request_says_what_is_wanted_and_is_signed_with_its_key(asked: Bakery) -> None:
    told = openssl("req", "-verify", "-noout", "-text", given=asked.csr("east/shop-front")).decode().replace(" = ", "=")
    for words in ("Subject: CN=shop.contoso.com", "DNS:*.shop.contoso.com", "TLS Web Server Authentication",
                  "ecdsa-with-SHA256", "CA:FALSE"):  # fmt: skip
        assert words in told, words
    readme = asked.files()["requests/corp/README.txt"].decode()
    assert "east_shop-front.csr" in readme
    assert "dns:*.shop.contoso.com" in readme
    assert "2029-02-01 or later" in readme
    assert "answers/corp" in readme


def test_asking_again_asks_nothing_new(asked: Bakery) -> None:
    before, requests = asked.files(), asked.pending()
    applied = asked.apply()
    assert (applied.made, applied.delivered, applied.messages) == ((), (), ())
    assert [place for place, _ in applied.waiting] == list(PLACES)
    assert asked.files() == before
    assert asked.pending() == requests


def test_a_request_that_was_lost_is_written_again(asked: Bakery) -> None:
    before = asked.files()
    (asked.folder / "out/requests/corp/east_van_blue.csr").unlink()
    assert asked.apply().delivered == ("requests/corp/east_van_blue.csr",)
    assert asked.files() == before


def test_status_tells_waiting_from_due(asked: Bakery) -> None:
    rows = {row.place: row for row in status(asked.loaded()).rows}
    assert rows["east/van/blue"].waiting == "no answer in answers/corp yet"
    assert rows["east/van/blue"].due == ""
    assert rows["east/trusted-root"].waiting == ""
    assert status(asked.loaded()).actions == ()


# ── answers in every shape ──


def _each(suffix: str, form: Callable[[ForeignCa, bytes], bytes]) -> Callable[[Bakery, Mapping[str, bytes]], None]:
    def put(bakery: Bakery, leaves: Mapping[str, bytes]) -> None:
        for number, leaf in enumerate(leaves.values()):
            bakery.answer(f"certnew({number}){suffix}", form(bakery.ca, leaf))
        bakery.answer("CA chain.p7b", bakery.ca.pkcs7([bakery.ca.issuing, bakery.ca.root], "DER"))

    return put


def _zip(bakery: Bakery, leaves: Mapping[str, bytes]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, leaf in enumerate((*leaves.values(), bakery.ca.issuing)):
            archive.writestr(f"to you/{number}.CRT", der(leaf))
    bakery.answer("from-pki.zip", content.getvalue())


SHAPES: Mapping[str, Callable[[Bakery, Mapping[str, bytes]], None]] = {
    "DER": _each(".cer", lambda ca, leaf: der(leaf)),
    "PEM": _each(".crt", lambda ca, leaf: leaf),
    "PEM with text around": _each(".pem", lambda ca, leaf: openssl("x509", "-text", given=leaf)),
    "PEM with the chain, leaf last": _each(".pem", lambda ca, leaf: ca.root + ca.issuing + leaf),
    "bare Base64": _each(".rsp", lambda ca, leaf: b64encode(der(leaf))),
    "UTF-16": _each(".txt", lambda ca, leaf: leaf.decode().encode("utf-16")),
    "P7B, DER": _each(".p7b", lambda ca, leaf: ca.pkcs7([leaf, ca.issuing, ca.root], "DER")),
    "P7B, PEM": _each(".p7c", lambda ca, leaf: ca.pkcs7([ca.root, leaf, ca.issuing], "PEM")),
    "P7B as a response": _each(".rsp", lambda ca, leaf: b64encode(ca.pkcs7([leaf], "DER"))),
    "no name to know it by": _each("", lambda ca, leaf: der(leaf)),
    "one file": lambda bakery, leaves: bakery.answer(
        "all.p7b", bakery.ca.pkcs7([*leaves.values(), bakery.ca.issuing, bakery.ca.root], "DER")
    ),
    "one PEM file in a folder": lambda bakery, leaves: bakery.answer(
        "batch 7/all.pem", bakery.ca.issuing + b"".join(leaves.values())
    ),
    "a zip": _zip,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_answers_are_taken_in_every_shape(asked: Bakery, shape: str) -> None:
    SHAPES[shape](asked, {place: asked.ca.sign(asked.csr(place)) for place in PLACES})
    before = sorted((file, file.stat().st_mtime_ns) for file in (asked.folder / "answers").rglob("*"))
    applied = asked.apply()
    assert applied.waiting == ()
    assert applied.messages == ()
    assert set(applied.made) == set(PLACES)
    assert preview(asked.loaded()) == ()
    report = check(asked.loaded())
    assert not report.findings()
    assert report.judged == 4
    assert not [path for path in asked.files() if path.startswith("requests/")]
    assert not (asked.folder / "out/requests").exists()
    assert sorted((file, file.stat().st_mtime_ns) for file in (asked.folder / "answers").rglob("*")) == before
    issuing, root = (certificates_in(one)[0] for one in (asked.ca.issuing, asked.ca.root))
    assert {one.chain for one in asked.held().values()} == {(issuing, root)}


def test_the_chain_may_stand_in_the_deployment_file(asked: Bakery) -> None:
    asked.edit("roots: root.cer", "roots: [root.cer], chain: between.pem")
    (asked.folder / "between.pem").write_bytes(asked.ca.issuing)
    for place in PLACES:
        asked.answer(f"{place.rpartition('/')[2]}.cer", der(asked.ca.sign(asked.csr(place))))
    assert asked.apply().waiting == ()


def test_some_are_answered_and_some_are_not(asked: Bakery) -> None:
    asked.answer_all(places=PLACES[:1])
    applied = asked.apply()
    assert applied.made == PLACES[:1]
    assert [place for place, _ in applied.waiting] == list(PLACES[1:])
    assert "east/shelf/Shop/AAD-Shop.pfx" in applied.delivered
    assert "requests/corp/east_shop-front.csr" not in asked.files()
    assert b"shop-front" not in asked.files()["requests/corp/README.txt"]
    asked.answer_all(places=PLACES[1:])
    assert asked.apply().waiting == ()
    assert not check(asked.loaded()).findings()


def test_what_came_from_others_is_renewed_with_a_new_key(made: Bakery) -> None:
    before = made.held()["east/van/blue"]
    first = made.apply(900)  # two thirds of 1200 days
    assert [place for place, _ in first.waiting] == list(PLACES)
    assert made.held()["east/van/blue"] == before
    made.answer_all(900)
    assert made.apply(901).waiting == ()
    after = made.held()["east/van/blue"]
    assert read_certificate(after.certificate).key.spki != read_certificate(before.certificate).key.spki
    assert not check(made.loaded(901)).findings()


# ── wrong answers ──

WRONG: Mapping[str, tuple[Callable[[Bakery, bytes, Path], bytes], tuple[str, ...]]] = {
    "EKU overridden": (
        lambda bakery, csr, _: bakery.ca.sign(csr, extensions="client", copy="none"),
        ("bakery.server", "bakery.names"),
    ),
    "SAN dropped": (lambda bakery, csr, _: bakery.ca.sign(csr, copy="none"), ("bakery.names",)),
    "too short": (lambda bakery, csr, _: bakery.ca.sign(csr, days=365), ("bakery.two-years",)),
    "other CA": (
        lambda bakery, csr, there: _by(foreign_ca(there / "other", "Evil"), csr),
        ("certwright.other-ca",),
    ),
    "other CA of the same name": (
        lambda bakery, csr, there: _by(foreign_ca(there / "other"), csr),
        ("certwright.other-ca",),
    ),
    "expired CA": (
        lambda bakery, csr, there: _from_the_past(bakery, csr, there),
        ("certwright.broken-path",),
    ),
    "expired": (
        lambda bakery, csr, _: bakery.ca.sign(csr, start=NOW - timedelta(days=900), days=800),
        ("certwright.broken-path",),
    ),
    "from the future": (
        lambda bakery, csr, _: bakery.ca.sign(csr, start=NOW + timedelta(days=2)),
        ("certwright.broken-path",),
    ),
    "an authority": (lambda bakery, csr, _: bakery.ca.sign(csr, extensions="sub"), ("certwright.other-role",)),
    "no chain": (lambda bakery, csr, _: b"", ("certwright.chain-gap",)),
}  # fmt: skip


def _by(ca: ForeignCa, csr: bytes) -> bytes:
    return ca.sign(csr) + ca.issuing + ca.root


def _from_the_past(bakery: Bakery, csr: bytes, there: Path) -> bytes:
    """Signed by an issuing CA that is known to us and has expired: a root is trusted however old it is."""
    old = foreign_ca(there / "old", start=NOW - timedelta(days=500), days=400)
    (bakery.folder / "root.cer").write_bytes(old.root)
    return old.sign(csr) + old.issuing


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_is_refused_with_the_demand_it_breaks(asked: Bakery, wrong: str, tmp_path: Path) -> None:
    sign, codes = WRONG[wrong]
    content = sign(asked, asked.csr("east/shop-front"), tmp_path)
    bare = wrong == "no chain"
    asked.answer("odd name.cer", asked.ca.sign(asked.csr("east/shop-front")) if bare else content + asked.ca.issuing)
    if not bare:
        asked.answer_all(places=PLACES[1:]) if wrong != "expired CA" else None
    files = sorted((asked.folder / "answers").rglob("*"))
    applied = asked.apply()
    (told,) = [message for message in applied.messages if "odd name.cer" in message]
    assert "answers/corp/odd name.cer: not taken for east/shop-front" in told
    assert "expected" in told
    for code in codes:
        assert code in told
        assert code in dict(applied.waiting)["east/shop-front"]
    assert "Tell the CA's administrator" in told or wrong in ("expired", "from the future", "expired CA")
    assert sorted((asked.folder / "answers").rglob("*")) == files
    if not bare and wrong != "expired CA":
        assert applied.made == PLACES[1:]  # the others go on
    assert "east/shop-front" in asked.pending()
    assert "east/shop-front" not in asked.held()
    assert preview(asked.loaded()) == ()


def test_a_right_answer_beside_a_wrong_one_is_found(asked: Bakery) -> None:
    csr = asked.csr("east/shop-front")
    asked.answer("1.cer", asked.ca.sign(csr, copy="none", start=NOW - timedelta(minutes=1)))
    asked.answer("2.cer", asked.ca.sign(csr) + asked.ca.issuing)
    asked.answer("3.cer", asked.ca.sign(csr, copy="none"))
    applied = asked.apply()
    assert applied.made == ("east/shop-front",)


def test_a_certificate_of_another_key_answers_nothing(asked: Bakery) -> None:
    subject = [
        "req",
        "-new",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        asked.folder / "k",
        "-subj",
        "/CN=shop.contoso.com",
    ]
    asked.answer("shop.cer", asked.ca.sign(openssl(*subject)))
    applied = asked.apply()
    assert len(applied.waiting) == 3
    (told,) = applied.messages
    assert told.startswith("answers/corp/shop.cer: CN=shop.contoso.com")
    assert told.endswith("answers no request")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("photo.cer", b"\xff\xd8\xff\xe0 JFIF", "there is no certificate in it"),
        ("half.pem", b"-----BEGIN CERTIFICATE-----\nMIIB", "no END line"),
        ("cut.p7b", b"\x30\x82\x10\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", ""),
        ("empty.cer", b"", "there is no certificate in it"),
        ("broken.zip", b"PK\x03\x04 and nothing", "the archive is damaged"),
    ],
)
def test_garbage_is_named_and_left_alone(asked: Bakery, name: str, content: bytes, said: str) -> None:
    asked.answer(name, content)
    asked.answer_all()
    applied = asked.apply()
    assert set(applied.made) == set(PLACES)
    (told,) = applied.messages
    assert told.startswith(f"answers/corp/{name}")
    assert said in told
    assert (asked.folder / "answers/corp" / name).read_bytes() == content


def test_what_is_no_answer_by_its_nature_is_not_spoken_of(asked: Bakery) -> None:
    for name in ("README.txt", "log.txt", ".DS_Store", "Thumbs.db", "results.csv"):
        asked.answer(name, b"thank you")
    asked.answer("back.csr", asked.csr("east/van/blue"))
    assert asked.apply().messages == ()


def test_a_folder_nobody_may_write_to_is_enough(asked: Bakery) -> None:
    asked.answer_all()
    folder = asked.folder / "answers/corp"
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    try:
        assert asked.apply().waiting == ()
    finally:
        folder.chmod(0o755)


def test_a_link_in_a_circle_and_a_pipe_are_named(asked: Bakery) -> None:
    asked.answer_all()
    folder = asked.folder / "answers/corp"
    (folder / "round").symlink_to("..", target_is_directory=True)
    os.mkfifo(folder / "pipe.cer")
    applied = asked.apply()
    assert applied.waiting == ()
    assert [told for told in applied.messages if "pipe.cer: it is a pipe" in told]


# ── the world moves on while somebody thinks ──


def test_a_changed_demand_withdraws_the_request(asked: Bakery) -> None:
    old = {place: asked.csr(place) for place in PLACES}
    before = asked.pending()
    asked.edit("vans: [{name: blue", "certificates: {van: {days: 100}}\n    vans: [{name: blue")
    applied = asked.apply()
    assert len(applied.waiting) == 3
    after = asked.pending()
    assert after["east/shop-front"] == before["east/shop-front"]
    assert after["east/van/blue"].spki != before["east/van/blue"].spki
    assert asked.csr("east/van/blue") != old["east/van/blue"]
    assert "withdrawn" in {event.kind for event in events(asked.loaded()) if event.place == "east/van/blue"}
    asked.answer("late.cer", asked.ca.sign(old["east/van/blue"]) + asked.ca.issuing)
    applied = asked.apply()
    assert applied.made == ()
    assert applied.messages == ("answers/corp/late.cer: answers a request of east/van/blue that was withdrawn",)


def test_a_place_that_is_gone_withdraws_its_request(asked: Bakery) -> None:
    asked.edit("vans: [{name: blue, plate: abc123}]", "vans: []")
    applied = asked.apply()
    assert [place for place, _ in applied.waiting] == list(PLACES[:2])
    assert "requests/corp/east_van_blue.csr" not in asked.files()
    assert set(asked.pending()) == set(PLACES[:2])


def test_an_issuer_of_our_own_takes_over(asked: Bakery) -> None:
    asked.edit("issuers:\n", "issuers:\n  contoso: {root: {key: ec-256}, issuing: {key: ec-256}}\n")
    asked.edit("issuer: corp", "issuer: contoso")
    asked.edit("    domain:", "    domain:")
    applied = asked.apply()
    assert applied.waiting == ()
    assert set(applied.made) == {"contoso/root", "contoso/issuing", *PLACES}
    assert asked.pending() == {}
    assert not [path for path in asked.files() if path.startswith("requests/")]
    assert not check(asked.loaded()).findings()


def test_from_our_own_to_somebody_else(asked: Bakery) -> None:
    """What is held stays where it is until the answers are there."""
    asked.edit("issuers:\n", "issuers:\n  contoso: {root: {key: ec-256}, issuing: {key: ec-256}}\n")
    asked.edit("issuer: corp", "issuer: contoso")
    asked.apply()
    before = asked.files()
    asked.edit("issuer: contoso", "issuer: corp")
    applied = asked.apply()
    assert [place for place, _ in applied.waiting] == list(PLACES)
    assert asked.files()["east/shelf/Shop/AAD-Shop.pfx"] == before["east/shelf/Shop/AAD-Shop.pfx"]
    asked.answer_all()
    assert asked.apply().waiting == ()
    assert {one.issuer for place, one in asked.held().items() if place in PLACES} == {"corp"}
    assert not check(asked.loaded()).findings()


def test_another_of_somebody_elses(asked: Bakery, tmp_path: Path) -> None:
    other = foreign_ca(tmp_path / "other", "Woodgrove")
    (asked.folder / "woodgrove.cer").write_bytes(other.root)
    asked.edit("issuers:\n", "issuers:\n  woodgrove: {kind: files, roots: woodgrove.cer}\n")
    asked.edit("issuer: corp", "issuer: woodgrove")
    before = asked.pending()
    applied = asked.apply()
    assert dict(applied.waiting) == dict.fromkeys(PLACES, "no answer in answers/woodgrove yet")
    assert not {one.spki for one in asked.pending().values()} & {one.spki for one in before.values()}
    assert not [path for path in asked.files() if path.startswith("requests/corp/")]


def test_the_same_ca_by_another_way_keeps_the_requests(asked: Bakery) -> None:
    before = asked.pending()
    asked.edit("{kind: files, roots: root.cer}", r"{kind: adcs-offline, ca: 'ca01\Fabrikam', roots: root.cer}")
    asked.apply()
    after = asked.pending()
    assert {place: one.spki for place, one in after.items()} == {place: one.spki for place, one in before.items()}
    assert {one.kind for one in after.values()} == {"adcs-offline"}


def test_a_new_root_in_the_deployment_file_asks_anew(made: Bakery, tmp_path: Path) -> None:
    other = foreign_ca(tmp_path / "other", "Woodgrove")
    (made.folder / "root.cer").write_bytes(other.root)
    assert {action.reason for action in preview(made.loaded()) if action.verb == "renew"} == {
        "its root is not among those of corp"
    }
    assert len(made.apply().waiting) == 3
    changed = Bakery(made.folder, other)
    changed.answer_all()
    assert made.apply().waiting == ()
    assert not check(made.loaded()).findings()


@pytest.mark.parametrize("days", [-400, 1100, 5000])
def test_a_clock_that_jumps_breaks_nothing(asked: Bakery, days: float) -> None:
    """Answers of another time are refused or taken, never looped over; back in time everything is as it was."""
    asked.answer_all()
    there = asked.apply(days)
    assert there.made == ()
    assert len(there.waiting) == 3
    assert preview(asked.loaded(days)) == ()
    back = asked.apply()
    assert set(back.made) == set(PLACES)
    assert back.waiting == ()
    assert preview(asked.loaded()) == ()


def test_an_answer_that_is_about_to_expire_is_told_and_not_taken(asked: Bakery) -> None:
    asked.answer(
        "old.cer", asked.ca.sign(asked.csr("east/van/blue"), start=NOW - timedelta(days=70), days=90) + asked.ca.issuing
    )
    applied = asked.apply()
    assert "certwright.stale-answer" in dict(applied.waiting)["east/van/blue"]


# ── sets ──


def test_two_members_of_a_set_never_stand_on_different_chains(made: Bakery, tmp_path: Path) -> None:
    made = Bakery(made.folder, ForeignCa(shutil.copytree(made.ca.folder, tmp_path / "ca")))
    before = made.files()
    made.apply(900)
    made.ca.issuing_again()
    made.answer_all(900, places=["east/shop-front"])
    first = made.apply(901)
    assert first.made == ("east/shop-front",)
    assert "together with that of east/coffee-machine" in dict(first.waiting)["east/shop-front"]
    shop, coffee = "east/shelf/Shop/AAD-Shop.pfx", "east/shelf/Coffee/Coffee.pfx"
    assert made.files()[shop] == before[shop]
    assert preview(made.loaded(901)) == ()
    made.answer_all(900, places=["east/coffee-machine"])
    second = made.apply(901)
    assert {shop, coffee} <= set(second.delivered)
    assert dict(second.waiting).keys() == {"east/van/blue"}  # of another set
    assert made.files()[shop] != before[shop]


def test_a_member_on_the_same_chain_is_delivered_at_once(made: Bakery) -> None:
    made.apply(900)
    made.answer_all(900, places=["east/shop-front"])
    assert "east/shelf/Shop/AAD-Shop.pfx" in made.apply(901).delivered


def test_what_is_written_about_a_request_is_no_secret(asked: Bakery) -> None:
    everything = json.dumps([event.text for event in events(asked.loaded(), last=500)])
    assert "PRIVATE" not in everything
    assert b"PRIVATE" not in b"".join(asked.files().values())


def test_an_answer_that_begins_in_a_moment_is_taken(asked: Bakery) -> None:
    """A CA's clock runs ahead of ours, or it signs after the run has begun."""
    asked.answer_all(days=0.01)
    assert asked.apply().waiting == ()
    assert preview(asked.loaded()) == ()
    assert asked.apply().delivered == ()
