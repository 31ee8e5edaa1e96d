"""Programs that give credentials (client.authentication.k8s.io), as a kubeconfig names them: az, kubelogin and others.

What such a program prints is a secret. What it says on standard error is for somebody at the terminal, and for nobody
when nobody is there. It has so much time, and so much to say, and not more.
"""

import json
import os
import signal
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from typing import IO, Any

from certwright.cluster.kubeconfig import Access, Exec, User, is_token
from certwright.errors import Broken, Refused
from certwright.speech import os_words, tr
from certwright.value import field, value

APIS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
PATIENCE = 300.0  # seconds: somebody may have to sign in
MOST_BYTES = 1 << 20  # of what it prints, and of what it says
LAST = 2.0  # seconds for what is still in the pipes when it has ended: who it started may keep them open


def signed_in(
    access: Access, environment: Mapping[str, str], *, interactive: bool, patience: float = PATIENCE
) -> Access:
    """The access with the credentials that its program gives; as it is when it needs none.

    Refused for a program that cannot be run or a protocol nobody speaks any more, Broken when it gives nothing within
    `patience` seconds and a mebibyte.
    """
    program = access.user.program
    if program is None or access.user.certificate or access.user.token:
        return access
    if program.api not in APIS:
        raise Refused(
            tr("{context}: exec speaks {api}, which is not supported", context=access.context, api=program.api or "?"),
            tr("expected: {apis}", apis=", ".join(APIS)),
        )
    if program.mode == "Always" and not interactive:
        raise Refused(
            tr("{program} asks somebody at a terminal, and nobody is there", program=program.command),
            tr("sign in by hand first, or use a context for machines"),
        )
    interactive = interactive and program.mode != "Never"
    task = _Task(program, _asked(access, program, environment, interactive=interactive), interactive)
    status = _status(program, task.printed(patience))
    given = {name: str(status.get(name) or "") for name in ("token", "clientCertificateData", "clientKeyData")}
    if not (given["token"] or (given["clientCertificateData"] and given["clientKeyData"])):
        raise _nothing(program, tr("neither a token nor a certificate"))
    if not is_token(given["token"]):
        raise _nothing(program, tr("the token holds characters that no token has"))
    certificate, key = given["clientCertificateData"].encode(), given["clientKeyData"].encode()
    return replace(access, user=User(certificate, key, given["token"]))


def _asked(access: Access, program: Exec, environment: Mapping[str, str], *, interactive: bool) -> dict[str, str]:
    """The environment of the program, with what it is asked."""
    asked = {"apiVersion": program.api, "kind": "ExecCredential", "spec": _spec(access, program, interactive)}
    return {**environment, **dict(program.environment), "KUBERNETES_EXEC_INFO": json.dumps(asked)}


class _Gathering(Thread):
    """Reads a pipe to its end, keeps what fits, and stops the program when there is more."""

    def __init__(self, stream: IO[bytes], task: "_Task", process: "subprocess.Popen[bytes]") -> None:
        super().__init__(daemon=True)
        self._stream, self._task, self._process = stream, task, process
        self.kept, self.too_much = bytearray(), False

    def run(self) -> None:
        with suppress(ValueError):  # it was closed, because nobody waits any longer
            while part := os.read(self._stream.fileno(), 1 << 16):
                self.kept += part
                if len(self.kept) > MOST_BYTES:
                    self.too_much = True
                    self.kept.clear()
                    self._task.stop(self._process)
                    return


@value
class _Task:
    """One run of a program. Without somebody at the terminal it gets a session of its own, and is ended with it."""

    program: Exec
    environment: Mapping[str, str] = field(repr=False)
    interactive: bool

    def printed(self, patience: float) -> bytes:
        """What it printed. Refused when it cannot be run; Broken when it failed, and beyond its bounds."""
        with self._begun() as process:
            readers = [_Gathering(one, self, process) for one in (process.stdout, process.stderr) if one]
            for one in readers:
                one.start()
            try:
                code = process.wait(patience)
            except subprocess.TimeoutExpired:
                raise _nothing(self.program, tr("nothing within {seconds:g} seconds", seconds=patience)) from None
            finally:
                if process.poll() is None:
                    self.stop(process)
            readers[0].join(LAST)
        if any(one.too_much for one in readers):
            raise _nothing(self.program, tr("more than {count} bytes", count=MOST_BYTES))
        if code:
            raise _nothing(self.program, tr("exit code {code}", code=code))
        return bytes(readers[0].kept)

    def _begun(self) -> "subprocess.Popen[bytes]":
        command = self.program.command
        if os.path.dirname(
            command
        ):  # relative to the kubeconfig, as kubectl reads it; a bare name is looked up in PATH
            command = str(self.program.folder / command)
        try:
            return subprocess.Popen(  # noqa: S603 - the user's own kubeconfig names it, as for kubectl
                [command, *self.program.arguments],
                env=self.environment,
                stdin=None if self.interactive else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=None if self.interactive else subprocess.PIPE,
                start_new_session=not self.interactive,
            )
        except OSError as failure:
            told = tr("{program} cannot be run ({reason})", program=self.program.command, reason=os_words(failure))
            raise Refused(told, self.program.hint or tr("install it, or use another context")) from failure

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        """End it at once, and in a session of its own whatever it started, too."""
        with suppress(ProcessLookupError):
            if self.interactive or os.name == "nt":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)


def _spec(access: Access, program: Exec, interactive: bool) -> dict[str, Any]:  # noqa: FBT001 - a field of the message
    spec: dict[str, Any] = {"interactive": interactive}
    if program.told:
        spec["cluster"] = {"server": access.server}
        if access.authorities:
            spec["cluster"]["certificate-authority-data"] = b64encode(access.authorities).decode()
    return spec


def _status(program: Exec, printed: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(printed)
        status = found["status"]
        kind = found["kind"]
    except (ValueError, TypeError, KeyError, RecursionError):  # whose words quote what is secret
        raise _nothing(program, tr("no ExecCredential with a status")) from None
    if kind != "ExecCredential" or not isinstance(status, Mapping):
        raise _nothing(program, tr("no ExecCredential with a status"))
    return status


def _nothing(program: Exec, reason: str) -> Broken:
    told = tr("{program} gave no credentials: {reason}", program=program.command, reason=reason)
    return Broken(told, program.hint or tr("run it by hand, as the kubeconfig writes it, and see what it says"))
