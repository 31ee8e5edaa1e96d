"""A root is rotated through the command line, step by step; what lies where after each of them is kept.

Consumers report with the script that the program prints for them; months pass by faketime.
"""

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

CERTWRIGHT = str(Path(sys.executable).with_name("certwright"))
DEPLOYMENT = """\
certwright: 1
issuers:
  contoso:
    crl: http://pki.contoso.com/crl
    root: {{key: {root}}}
    issuing: {{key: {issuing}}}
{generations}sites:
  - name: plant1
    product: azure-iot-operations
    instance: plant1-aio
    cluster: plant1-cluster
    resource_group: plant1-rg
    subscription: 00000000-0000-0000-0000-000000000000
    custom_location: plant1-location
    key_algorithm: {kind}
    mqtt_x509: true
    mqtt_clients:
      - {{name: device-1, algorithm: {kind}}}
"""
SECOND = """\
    generations:
      - number: 2
        reason: the root ends in 2046
        bridge: {bridge}
"""
KEYS = {"ec": ("ec-384", "ec-256"), "rsa": ("rsa-2048", "rsa-2048")}
CONSUMERS = ("plant1/device/device-1", "plant1/components", "plant1/broker-client-authorities")
LEAF, TRUST = "plant1/mqtt/clients/device-1/client.pem", "plant1/internal/trust.pem"


@dataclass(frozen=True, slots=True)
class Stage:
    """What lay in the output after a step, as PEM: the leaf with what goes along, the trust list; and all of pki/."""

    now: datetime
    sent: bytes
    bundle: bytes
    pki: dict[str, bytes]


class Rotation:
    """One deployment, and the steps its root takes."""

    def __init__(self, folder: Path, kind: str, *, bridge: bool = True) -> None:
        self.folder, self.kind, self.bridge, self.days = folder, kind, bridge, 0
        self._write("")

    def declare(self) -> None:
        """The next generation is declared in the deployment file."""
        self._write(SECOND.format(bridge=str(self.bridge).lower()))

    def apply(self) -> Stage:
        """One run, and what lies there then."""
        self.run(CERTWRIGHT, "apply", "contoso.yaml")
        out = self.folder / "out"
        return Stage(
            self.now,
            (out / LEAF).read_bytes(),
            (out / TRUST).read_bytes(),
            {one.name: one.read_bytes() for one in sorted((out / "pki").iterdir())},
        )

    def report(self) -> None:
        """Every consumer tells what it trusts and shows, which is what was delivered.

        There is no cluster to be asked, so the device's script speaks for all of them.
        """
        (self.folder / "look.sh").write_text(self.run(CERTWRIGHT, "ca", "script", "contoso.yaml", CONSUMERS[0]))
        told = self.run("sh", "look.sh", f"out/{TRUST}", "--", f"out/{LEAF}")
        for number, consumer in enumerate(CONSUMERS):
            (self.folder / f"{number}.report").write_text(told.replace(CONSUMERS[0], consumer))
        self.run(CERTWRIGHT, "ca", "seen", "contoso.yaml", *(f"{number}.report" for number in range(len(CONSUMERS))))

    def wait(self, days: int) -> None:
        """So many days pass."""
        self.days += days

    @property
    def now(self) -> datetime:
        """The moment as the commands see it."""
        return datetime.now(UTC) + timedelta(days=self.days)

    def run(self, *command: str) -> str:
        """What a command prints. It has to succeed."""
        late = ["faketime", "-f", f"+{self.days}d"] if self.days else []
        done = subprocess.run([*late, *command], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def _write(self, generations: str) -> None:
        root, issuing = KEYS[self.kind]
        text = DEPLOYMENT.format(root=root, issuing=issuing, kind=self.kind, generations=generations)
        (self.folder / "contoso.yaml").write_text(text)
