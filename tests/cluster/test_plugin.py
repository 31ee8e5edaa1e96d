"""Programs that give credentials: run as kubectl runs them, and never quoted."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from certwright.cluster.kubeconfig import Access, Exec, User
from certwright.cluster.plugin import signed_in
from certwright.errors import Broken, Problem, Refused

SECRET = "eyJ0b2tlbiI6InNlY3JldCJ9"
BODY = """\
import json, os, sys
asked = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
{what}
"""


def plugin(folder: Path, what: str, api: str = "client.authentication.k8s.io/v1") -> Access:
    """An access whose program is a Python script with that body."""
    script = folder / "login"
    script.write_text(f"#!{sys.executable}\n" + BODY.format(what=what))
    script.chmod(0o700)
    program = Exec(api, "./login", ("--for", "plant"), (("TENANT", "contoso"),), folder, "install it", told=True)
    return Access("plant", "https://10.0.0.1:6443", b"ca", user=User(program=program))


GIVING = f"""
status = {{"token": "{SECRET}" + os.environ["TENANT"] + sys.argv[2]}}
print(json.dumps({{"kind": "ExecCredential", "apiVersion": asked["apiVersion"], "status": status}}))
"""


def test_it_is_told_what_it_is_asked_for_and_its_token_is_taken(tmp_path: Path) -> None:
    found = signed_in(plugin(tmp_path, GIVING), {}, interactive=False)
    assert found.user.token == f"{SECRET}contosoplant"
    assert SECRET not in repr(found)


def test_it_may_give_a_certificate(tmp_path: Path) -> None:
    given = {"kind": "ExecCredential", "status": {"clientCertificateData": "certificate", "clientKeyData": "key"}}
    found = signed_in(plugin(tmp_path, f"print({json.dumps(given)!r})"), {}, interactive=False)
    assert (found.user.certificate, found.user.key) == (b"certificate", b"key")


def test_it_hears_about_the_cluster_when_it_wants_to(tmp_path: Path) -> None:
    what = "open('heard', 'w').write(json.dumps(asked)); sys.exit(1)"
    with pytest.raises(Broken):
        signed_in(plugin(tmp_path, f"os.chdir({str(tmp_path)!r}); {what}"), {}, interactive=False)
    heard = json.loads((tmp_path / "heard").read_text())
    assert heard["spec"]["cluster"]["server"] == "https://10.0.0.1:6443"
    assert heard["spec"]["interactive"] is False


WRONG = [
    (f"print('{SECRET}')", "no ExecCredential"),
    (f"print(json.dumps(['{SECRET}']))", "no ExecCredential"),
    (f"print('{SECRET}'); sys.exit(3)", "exit code 3"),
    ("print(json.dumps({'kind': 'ExecCredential', 'status': {}}))", "neither a token nor a certificate"),
    (
        f"print(json.dumps({{'kind': 'ExecCredential', 'status': {{'token': '{SECRET}' + chr(10) + 'x'}}}}))",
        "characters that no token has",
    ),
    (f"print(json.dumps({{'kind': 'Other', 'status': {{'token': '{SECRET}'}}}}))", "no ExecCredential"),
]


@pytest.mark.parametrize(("what", "told"), WRONG)
def test_what_gives_nothing_is_named_and_not_quoted(tmp_path: Path, what: str, told: str) -> None:
    with pytest.raises(Broken, match=told) as broken:
        signed_in(plugin(tmp_path, what), {}, interactive=False)
    assert SECRET not in str(broken.value) + broken.value.hint


def test_what_cannot_be_run_says_how_to_get_it(tmp_path: Path) -> None:
    access = plugin(tmp_path, GIVING)
    (tmp_path / "login").unlink()
    with pytest.raises(Refused, match="cannot be run") as refused:
        signed_in(access, {}, interactive=False)
    assert refused.value.hint == "install it"


def test_a_protocol_nobody_speaks_any_more_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="v1alpha1, which is not supported"):
        signed_in(plugin(tmp_path, GIVING, "client.authentication.k8s.io/v1alpha1"), {}, interactive=False)


def test_whether_somebody_is_asked_is_as_the_kubeconfig_says(tmp_path: Path) -> None:
    """`Always` needs a terminal, `Never` gets none."""
    access = plugin(tmp_path, GIVING)
    assert access.user.program
    always, never = (replace(access.user.program, mode=mode) for mode in ("Always", "Never"))
    with pytest.raises(Refused, match="nobody is there"):
        signed_in(replace(access, user=User(program=always)), {}, interactive=False)
    what = GIVING + "assert asked['spec']['interactive'] is False and not sys.stdin.read()"
    plugin(tmp_path, what)
    assert signed_in(replace(access, user=User(program=never)), {}, interactive=True).user.token


HOSTILE = [
    ("while True: sys.stdout.write('x' * 65536)", "more than 1048576 bytes"),
    ("while True: sys.stderr.write('x' * 65536)", "more than 1048576 bytes"),
    (f"sys.stderr.write('{SECRET}'); sys.exit(1)", "exit code 1"),
    (f"print('{SECRET}', flush=True); import time; time.sleep(600)", "nothing within 2 seconds"),
    (
        f"print('{SECRET}', flush=True); import signal; signal.signal(15, signal.SIG_IGN); signal.pause()",
        "nothing within",
    ),
    ("print('[' * 900_000)", "no ExecCredential"),
    ("import subprocess; subprocess.Popen(['sleep', '600']).wait()", "nothing within 2 seconds"),
]


@pytest.mark.parametrize(("what", "told"), HOSTILE)
def test_a_hostile_program_is_bounded_and_not_repeated(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], what: str, told: str
) -> None:
    patience = 2.0 if "within" in told else 120.0
    with pytest.raises(Broken, match=told) as broken:
        signed_in(plugin(tmp_path, what), {"PATH": "/usr/bin:/bin"}, interactive=False, patience=patience)
    out, err = capfd.readouterr()
    assert SECRET not in str(broken.value) + broken.value.hint + out + err
    assert len(out) + len(err) < 1000


def test_nothing_of_a_stopped_program_stays(tmp_path: Path) -> None:
    number = tmp_path / "pid"
    what = f"""
import pathlib, subprocess
one = subprocess.Popen(["sleep", "600"])
pathlib.Path({str(number)!r}).write_text(str(one.pid))
while True: sys.stdout.write("x" * 65536)
"""
    with pytest.raises(Broken, match="more than"):
        signed_in(plugin(tmp_path, what), {"PATH": "/usr/bin:/bin"}, interactive=False)
    child = Path(f"/proc/{number.read_text()}/stat")
    until(lambda: not child.exists() or child.read_text().rpartition(")")[2].split()[0] == "Z")


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_who_it_started_may_keep_its_pipe(tmp_path: Path) -> None:
    """Some start an agent that stays: what was printed before the end is all there is."""
    what = GIVING + "sys.stdout.flush(); import subprocess; subprocess.Popen(['sleep', '30'])"
    found = signed_in(plugin(tmp_path, what), {"PATH": "/usr/bin:/bin"}, interactive=False)
    assert found.user.token.startswith(SECRET)
