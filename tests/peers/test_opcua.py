"""An OPC UA server lets the connector in with what certwright made for it, and nobody else; and the other way round.

What the two sides check themselves, and what not, is said at `press.Judge`.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.validator import CertificateValidatorOptions as Options
from cryptography import x509

from certwright.wiring.applying import apply
from certwright.wiring.loading import load

from .plant import applied, edited, mounted, planned, revoked
from .press import SPEED, Connector, Judge, Lists, Press, started

EXAMPLE = Path(__file__).parents[2] / "examples" / "azure-iot-operations"
PAIR = "opcua/client/opcua-connector"
LISTS = "    opcua_servers:"


@dataclass(frozen=True)
class Plant:
    """A deployment's folder over four years, with copies of the connector's pair of files at its moments."""

    folder: Path
    now: datetime

    @property
    def machines(self) -> Path:
        return self.folder / "machines"

    def keep(self, name: str) -> None:
        """Copy the pair of today."""
        shutil.copytree(self.folder / "out/plant1/opcua/client", self.folder / "kept" / name)

    def pair(self, name: str) -> tuple[Path, Path]:
        """The pair of that moment, as delivered."""
        return tuple(self.folder / "kept" / name / f"opcua-connector.{end}" for end in ("der", "pem"))  # type: ignore[return-value]

    def text(self, name: str) -> dict[str, str]:
        """OpenSSL's words about the certificate of that moment: issuer, subject, URI."""
        command = ["openssl", "x509", "-inform", "der", "-in", self.pair(name)[0], "-noout", "-text"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return {word: text.partition(word)[2].partition("\n")[0] for word in ("Issuer:", "Subject:", "URI:")}

    def authority(self, what: str) -> Path:
        """A published file of the plant's authority, as DER: `root.cer`, `issuing.crl`."""
        file, made = self.folder / "out/pki" / f"contoso-{what}", self.folder / f"{what}.der"
        subprocess.run(["openssl", "x509", "-in", file, "-outform", "der", "-out", made], check=True)
        return made


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Made four years ago (`expired`), renewed (`before`), for another URI, then `revoked` and replaced (`current`)."""
    made = Plant(planned(tmp_path_factory.mktemp("opcua") / "plant", "opcua.yaml"), datetime.now(UTC))
    text = (made.folder / "plant.yaml").read_text()
    (made.folder / "plant.yaml").write_text(text.partition(LISTS)[0])  # those machines were not born yet
    for name, years in (("expired", 4), ("before", 1.9), ("other-uri", 0)):
        if name == "other-uri":
            (made.folder / "plant.yaml").write_text(text.replace("aio:opc:ua:broker", "aio:opc:ua:other"))
        applied(made.folder, made.now - timedelta(days=365.25 * years))
        made.keep(name)
    edited(made.folder, "aio:opc:ua:other", "aio:opc:ua:broker")
    applied(made.folder, made.now)
    made.keep("revoked")
    shutil.copy(made.folder / "out/pki/contoso-issuing.crl", made.folder / "earlier.crl")
    revoked(made.folder, "plant1/opcua-connector", made.now)
    made.keep("current")
    return made


@pytest.fixture(scope="module")
def rogue(plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """The same deployment file in another folder: the same names everywhere, and another authority's keys."""
    made = Plant(tmp_path_factory.mktemp("rogue") / "plant", plant.now)
    shutil.copytree(plant.machines, made.machines)
    shutil.copy(plant.folder / "plant.yaml", made.folder)
    applied(made.folder, made.now)
    made.keep("current")
    return made


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """One loop, so that a server goes on between two tests."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def press(plant: Plant, loop: asyncio.Runner) -> Iterator[Press]:
    """press-1 at work. What it believes is `plant.folder / "server"`, read anew for every session."""
    running = loop.run(started(plant.machines, "press-1", Lists(plant.folder / "server")))
    yield running
    loop.run(running.server.stop())


def connector(plant: Plant, name: str, folder: Path) -> Connector:
    """The connector with that pair, the lists it was delivered, and the chain that its issuer list holds."""
    certificate, key = plant.pair(name)
    believed = delivered(plant.folder / "out/plant1/opcua", folder)
    return Connector(certificate, key, believed, chain=(believed.folder / "issuers/opcua-connector-ca-1.der",))


def delivered(opcua: Path, folder: Path) -> Lists:
    """The connector's lists as its Secrets hold them."""
    trust = mounted(opcua / "trust-list.yaml", folder / "trust")
    issuers = mounted(opcua / "issuer-list.yaml", folder / "issuer")
    return Lists(folder / "lists").filled(trust.iterdir(), issuers.glob("*.der"), issuers.glob("*.crl"))


def believing(plant: Plant, what: str) -> None:
    """What the server believes: the connector's `authority` with its revocation lists, or one `certificate` of it."""
    lists = Lists(plant.folder / "server")
    if what == "authority":
        crls = (plant.folder / "out/pki").glob("*.crl")
        lists.filled([plant.authority("root.cer")], [plant.authority("issuing.cer")], crls)
    else:
        lists.filled([plant.pair(what)[0]])


# ── the server lets in the connector, and nobody else ─────────────────────────────────────────────


@pytest.mark.parametrize("what", ["authority", "current"])
def test_the_connector_reads_from_a_server_that_trusts_it(
    what: str, plant: Plant, press: Press, loop: asyncio.Runner, tmp_path: Path
) -> None:
    believing(plant, what)
    assert loop.run(connector(plant, "current", tmp_path).read(press)) == SPEED


def refused(plant: Connector, press: Press, loop: asyncio.Runner) -> str:
    """The status with which the connector was not let in."""
    with pytest.raises(ua.UaStatusCodeError) as caught:
        loop.run(plant.read(press))
    return ua.StatusCode(caught.value.code).name


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("expired", "BadCertificateTimeInvalid"),
        ("other-uri", "BadCertificateUriInvalid"),
        ("revoked", "BadCertificateRevoked"),
    ],
)
def test_a_certificate_of_the_authority_is_not_enough(
    name: str, status: str, plant: Plant, press: Press, loop: asyncio.Runner, tmp_path: Path
) -> None:
    believing(plant, "authority")
    assert refused(connector(plant, name, tmp_path), press, loop) == status


def test_the_list_is_what_refuses_a_revoked_one(
    plant: Plant, press: Press, loop: asyncio.Runner, tmp_path: Path
) -> None:
    believing(plant, "authority")
    shutil.copy(plant.folder / "earlier.crl", plant.folder / "server/revoked/contoso-issuing.crl.der")
    assert loop.run(connector(plant, "revoked", tmp_path).read(press)) == SPEED


@pytest.mark.parametrize("what", ["authority", "current"])
def test_an_authority_of_the_same_names_is_another_one(
    what: str, plant: Plant, rogue: Plant, press: Press, loop: asyncio.Runner, tmp_path: Path
) -> None:
    believing(plant, what)
    assert plant.text("current") == rogue.text("current")
    assert refused(connector(rogue, "current", tmp_path), press, loop) == "BadCertificateUntrusted"


def test_a_certificate_without_its_key_opens_no_channel(
    plant: Plant, rogue: Plant, press: Press, loop: asyncio.Runner, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    believing(plant, "authority")
    thief = replace(connector(plant, "current", tmp_path), key=rogue.pair("current")[1])
    for patience in (0.5, 5, 60):  # a slow machine may not have come that far
        with pytest.raises(TimeoutError):  # the server answers nothing; why, it tells its own log
            loop.run(replace(thief, patience=patience).read(press))
        if "InvalidSignature" in caplog.text:
            return
    raise AssertionError(caplog.text)


@pytest.mark.parametrize("missing", ["issuers/issuing.cer", "revoked/contoso-root.crl", "revoked/contoso-issuing.crl"])
def test_a_server_that_trusts_the_authority_needs_all_of_it(
    missing: str, plant: Plant, press: Press, loop: asyncio.Runner, tmp_path: Path
) -> None:
    believing(plant, "authority")
    (plant.folder / "server" / f"{missing}.der").unlink()
    status = "BadCertificateUntrusted" if "issuers" in missing else "BadCertificateChainIncomplete"
    assert refused(connector(plant, "current", tmp_path), press, loop) == status


def test_renewal_is_seen_by_servers_that_trust_the_certificate_and_not_the_authority(
    plant: Plant, press: Press, loop: asyncio.Runner, tmp_path: Path
) -> None:
    believing(plant, "authority")
    assert loop.run(connector(plant, "before", tmp_path / "1").read(press)) == SPEED
    believing(plant, "before")
    assert loop.run(connector(plant, "before", tmp_path / "2").read(press)) == SPEED
    assert refused(connector(plant, "current", tmp_path / "3"), press, loop) == "BadCertificateUntrusted"
    Lists(plant.folder / "server").filled([plant.pair("before")[0], renamed(plant.pair("current")[0], tmp_path)])
    assert loop.run(connector(plant, "current", tmp_path / "4").read(press)) == SPEED


def renamed(file: Path, folder: Path) -> Path:
    """A copy under another name, to lie beside its forerunner."""
    return Path(shutil.copy(file, folder / "after.der"))


# ── the connector lets in the servers of its lists, and nobody else ───────────────────────────────


def description(name: str) -> ua.ApplicationDescription:
    """What a server of that name says about itself."""
    return ua.ApplicationDescription(ApplicationUri=f"urn:{name}", ApplicationType=ua.ApplicationType.Server)


def verdict(lists: Lists, certificate: Path, said: ua.ApplicationDescription, loop: asyncio.Runner) -> str:
    """The status with which the connector would refuse that server; empty when it would not."""
    judge = Judge(lists, Options.PEER_SERVER)
    try:
        loop.run(judge.validate(x509.load_der_x509_certificate(certificate.read_bytes()), said))
    except ServiceError as trouble:
        return ua.StatusCode(trouble.code).name
    return ""


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("press-1", ""),
        ("line-1", ""),
        ("line-2", "BadCertificateRevoked"),
        ("stranger", "BadCertificateUntrusted"),
    ],
)
def test_servers_are_believed_by_the_delivered_lists(
    name: str, status: str, plant: Plant, loop: asyncio.Runner, tmp_path: Path
) -> None:
    lists = delivered(plant.folder / "out/plant1/opcua", tmp_path)
    assert verdict(lists, plant.machines / f"{name}.der", description(f"contoso:{name}"), loop) == status


def test_a_server_that_says_another_uri_is_refused(plant: Plant, loop: asyncio.Runner, tmp_path: Path) -> None:
    lists = delivered(plant.folder / "out/plant1/opcua", tmp_path)
    certificate = plant.machines / "press-1.der"
    assert verdict(lists, certificate, description("contoso:line-1"), loop) == "BadCertificateUriInvalid"


def test_the_lists_of_the_example_believe_its_machines(
    plant: Plant, press: Press, loop: asyncio.Runner, tmp_path: Path
) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "example")
    apply(load(tmp_path / "example" / "contoso.yaml"))
    lists = delivered(tmp_path / "example/out/plant1/opcua", tmp_path)
    said = description("press-1:contoso:server")
    assert verdict(lists, EXAMPLE / "certificates/press-1.der", said, loop) == ""
    assert (
        verdict(lists, plant.machines / "press-1.der", description("contoso:press-1"), loop)
        == "BadCertificateUntrusted"
    )
    believing(plant, "authority")
    stranger = replace(connector(plant, "current", tmp_path / "own"), lists=lists)
    assert refused(stranger, press, loop) == "BadCertificateUntrusted"
