"""An OPC UA server of other people's making (asyncua), the connector's part as its client, and what both believe."""

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asyncua import Client, Server, ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.uacrypto import CertProperties
from asyncua.crypto.validator import CertificateValidator
from asyncua.crypto.validator import CertificateValidatorOptions as Options
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.ports import free_port

SPEED = 42
CLIENT = ("-purpose", "sslclient", "-crl_check_all")
SERVER = ("-purpose", "sslserver", "-crl_check")


@dataclass(frozen=True)
class Lists:
    """What one side believes: certificates, authorities that complete chains, revocation lists. Everything is DER."""

    folder: Path

    def filled(self, trusted: Iterable[Path], issuers: Iterable[Path] = (), revoked: Iterable[Path] = ()) -> "Lists":
        """The same lists with exactly those files, named so that asyncua reads them."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for name, files in (("trusted", trusted), ("issuers", issuers), ("revoked", revoked)):
            (self.folder / name).mkdir(parents=True)
            for file in files:
                shutil.copy(file, self.folder / name / f"{file.name.removesuffix('.der')}.der")
        return self

    def refusal(self, certificate: bytes, *wanted: str) -> str:
        """Why OpenSSL does not believe a certificate; empty when it does. A listed peer is believed as it stands."""
        trusted = [name for file in self._files("trusted") for name in ("-trusted", file)]
        issuers = [name for file in self._files("issuers") for name in ("-untrusted", file)]
        lists = [name for file in self._files("revoked") for name in ("-CRLfile", file)]
        listed = certificate in [file.read_bytes() for file in (self.folder / "trusted").iterdir()]
        strict = ["-partial_chain"] if listed else ["-x509_strict", *wanted]
        (self.folder / "shown").write_bytes(certificate)
        done = subprocess.run(
            ["openssl", "verify", *strict, *trusted, *issuers, *lists, self.folder / "shown"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def _files(self, name: str) -> list[Path]:
        return sorted((self.folder / name).iterdir())


class Judge(CertificateValidator):  # type: ignore[misc]  # asyncua is not typed strictly
    """All that asyncua checks, and then OpenSSL.

    asyncua itself checks that the peer has the key, the dates, the application URI, key usage and extended key usage,
    a path to a listed certificate, and the serial numbers of the lists. It takes every listed authority for an anchor,
    and a revocation list for good whoever signed it and whenever it ended. So OpenSSL is asked, too, whether the path
    leads to the trust list through the issuer list, with lists in force: a server wants one of every authority, the
    connector only that of the peer's. No host name is compared.
    """

    def __init__(self, lists: Lists, role: Options) -> None:
        store = TrustStore([lists.folder / "trusted", lists.folder / "issuers"], [lists.folder / "revoked"])
        super().__init__(Options.TRUSTED_VALIDATION | role, store)
        self._lists, self._store = lists, store
        self._wanted = CLIENT if role is Options.PEER_CLIENT else SERVER

    async def validate(self, cert: x509.Certificate, app_description: ua.ApplicationDescription) -> None:
        await self._store.load()
        await super().validate(cert, app_description)
        if self._lists.refusal(cert.public_bytes(Encoding.DER), *self._wanted):
            raise ServiceError(ua.StatusCodes.BadCertificateChainIncomplete)


@dataclass(frozen=True)
class Press:
    """A running server and the node that tells its speed."""

    server: Server
    url: str
    speed: ua.NodeId


async def started(machines: Path, name: str, lists: Lists) -> Press:
    """The machine of that name as a server that speaks Basic256Sha256, signed and encrypted, and nothing else."""
    url = f"opc.tcp://localhost:{free_port()}"
    server = Server()
    await server.init()
    server.set_endpoint(url)
    await server.set_application_uri(f"urn:contoso:{name}")
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    await server.load_certificate(machines / f"{name}.der")
    await server.load_private_key(machines / f"{name}.key", format="pem")
    server.set_certificate_validator(Judge(lists, Options.PEER_CLIENT))
    node = await server.nodes.objects.add_variable(await server.register_namespace("urn:contoso:press"), "speed", SPEED)
    await server.start()
    return Press(server, url, node.nodeid)


@dataclass(frozen=True)
class Connector:
    """What the connector brings along: its pair of files, the chain it sends, the URI it says, and whom it believes."""

    certificate: Path
    key: Path
    lists: Lists
    chain: tuple[Path, ...] = ()
    uri: str = "urn:microsoft.com:aio:opc:ua:broker"
    patience: float = 60  # seconds

    async def read(self, press: Press) -> object:
        """The speed of the press, through a secure channel and a session of its own."""
        client = Client(press.url, timeout=self.patience)
        client.application_uri = self.uri
        client.certificate_validator = Judge(self.lists, Options.PEER_SERVER)
        await client.set_security(
            SecurityPolicyBasic256Sha256, self.certificate, self.key, mode=ua.MessageSecurityMode.SignAndEncrypt,
            certificate_chain=[CertProperties(file, "der") for file in self.chain],
        )  # fmt: skip
        async with client:
            return await client.get_node(press.speed).read_value()
