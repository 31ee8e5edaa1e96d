"""dns-01 answered by a program of the user's, which is told what to do in its environment (RFC 8555 8.4).

CERTWRIGHT_ACTION is `present` or `cleanup`; CERTWRIGHT_DOMAIN, CERTWRIGHT_RECORD (the name of the TXT record) and
CERTWRIGHT_VALUE (its text) say the rest. No shell is in between; what ends with 0 has done it.
"""

import subprocess
from collections.abc import Mapping, Sequence

from certwright.acme.challenges import dns_record, dns_value
from certwright.acme.proof import DNS
from certwright.acme.told import plain
from certwright.errors import Broken
from certwright.issuers.acme.solvers import Proof
from certwright.speech import tr

PRESENT, CLEANUP = "present", "cleanup"
_OURS = "CERTWRIGHT_"  # nothing of ours is handed on: our unlock secret may be among it


class Hook:
    """Runs `command` once for every record, in `environment`. `wait` is how many seconds one run may take."""

    kind, lasting = DNS, True

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], wait: float) -> None:
        self._command = tuple(command)
        self._environment = {name: text for name, text in environment.items() if not name.startswith(_OURS)}
        self._wait = wait

    def put_up(self, proofs: Sequence[Proof]) -> None:
        for one in proofs:
            self._run(PRESENT, one)

    def take_away(self, proofs: Sequence[Proof]) -> None:
        failures = []
        for one in proofs:
            try:
                self._run(CLEANUP, one)
            except Broken as failure:
                failures.append(failure)
        if failures:
            raise failures[0]

    def _run(self, action: str, proof: Proof) -> None:
        told = {
            "CERTWRIGHT_ACTION": action,
            "CERTWRIGHT_DOMAIN": proof.identifier.value,
            "CERTWRIGHT_RECORD": dns_record(proof.identifier.value),
            "CERTWRIGHT_VALUE": dns_value(proof.authorization),
        }
        try:
            done = subprocess.run(  # noqa: S603 - the program and its arguments come from the deployment file
                self._command,
                env={**self._environment, **told},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._wait,
                check=False,
            )
        except subprocess.TimeoutExpired as failure:
            raise Broken(
                tr("the hook {program} did not end in {seconds} s", program=self._command[0], seconds=int(self._wait)),
                tr("make it faster, or give it more time with wait:"),
            ) from failure
        except OSError as failure:
            raise Broken(
                tr("the hook {program} cannot be run ({reason})", program=self._command[0], reason=failure.strerror),
                tr("name a program that may be run as hook: of this issuer"),
            ) from failure
        if done.returncode:
            raise Broken(
                tr(
                    "the hook {program} failed at {action} for {domain} with code {code}: {said}",
                    program=self._command[0],
                    action=action,
                    domain=proof.identifier.value,
                    code=done.returncode,
                    said=_last_line(done.stderr or done.stdout) or tr("it said nothing"),
                ),
                tr("run it by hand with the variables CERTWRIGHT_ACTION, _DOMAIN, _RECORD and _VALUE"),
            )


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return plain(lines[-1], 200) if lines else ""
