"""Programs that give credentials (client.authentication.k8s.io), as a kubeconfig names them: az, kubelogin and others.

What such a program prints is a secret; what it has to say to people goes to standard error, and we do not read it.
"""

import json
import os
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from certwright.cluster.kubeconfig import Access, Exec, User, is_token
from certwright.errors import Broken, Refused
from certwright.speech import os_words, tr

APIS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
PATIENCE = 300.0  # seconds: somebody may have to sign in
MOST_BYTES = 1 << 20


def signed_in(access: Access, environment: Mapping[str, str], *, interactive: bool) -> Access:
    """The access with the credentials that its program gives; as it is when it needs none.

    Refused for a program that cannot be run or a protocol nobody speaks any more, Broken when it gives nothing.
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
    status = _status(program, _printed(access, program, environment, interactive=interactive))
    given = {name: str(status.get(name) or "") for name in ("token", "clientCertificateData", "clientKeyData")}
    if not (given["token"] or (given["clientCertificateData"] and given["clientKeyData"])):
        raise _nothing(program, tr("neither a token nor a certificate"))
    if not is_token(given["token"]):
        raise _nothing(program, tr("the token holds characters that no token has"))
    certificate, key = given["clientCertificateData"].encode(), given["clientKeyData"].encode()
    return replace(access, user=User(certificate, key, given["token"]))


def _printed(access: Access, program: Exec, environment: Mapping[str, str], *, interactive: bool) -> bytes:
    asked = {"apiVersion": program.api, "kind": "ExecCredential", "spec": _spec(access, program, interactive)}
    around = {**environment, **dict(program.environment), "KUBERNETES_EXEC_INFO": json.dumps(asked)}
    command = program.command
    if os.path.dirname(command):  # relative to the kubeconfig, as kubectl reads it; a bare name is looked up in PATH
        command = str(program.folder / command)
    with tempfile.TemporaryFile() as out:
        try:
            done = subprocess.run(  # noqa: S603 - the user's own kubeconfig names it, as for kubectl
                [command, *program.arguments],
                env=around,
                stdin=None if interactive else subprocess.DEVNULL,
                stdout=out,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _nothing(program, tr("nothing within {seconds:g} seconds", seconds=PATIENCE)) from None
        except OSError as failure:
            told = tr("{program} cannot be run ({reason})", program=program.command, reason=os_words(failure))
            raise Refused(told, program.hint or tr("install it, or use another context")) from failure
        if done.returncode:
            raise _nothing(program, tr("exit code {code}", code=done.returncode))
        out.seek(0)
        return out.read(MOST_BYTES)


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
