"""A run that is stopped, somebody who writes meanwhile, and the question whether it is meant."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from certwright.errors import Broken
from certwright.pack.object_kinds import Ref
from certwright.wiring.cluster_access import Reached, connect
from certwright.wiring.cluster_applying import Wishes, carry_out, compare
from certwright.wiring.loading import load

from .conftest import PROGRAM
from .plant import Plant


def carried_out(plant: Plant, done: Callable[[Ref, str], None]) -> None:
    loaded = load(plant.folder / "contoso.yaml")
    with connect(Reached([plant.config])) as cluster:
        carry_out(loaded, cluster, compare(loaded, cluster), Wishes(), done=done)


def test_a_run_that_is_stopped_goes_on_where_it_was(plant: Plant) -> None:
    seen: list[Ref] = []

    def stop(ref: Ref, _: str) -> None:
        seen.append(ref)
        if len(seen) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carried_out(plant, stop)
    assert len([one for one in plant.log() if one[0] == "applied"]) == 3, "the fourth is applied, and not yet written"
    done = plant.cluster("apply", "--yes")
    assert done.code == 0
    assert done.out.count(": created") == 9
    assert plant.cluster("diff").code == 0
    again = load(plant.folder / "contoso.yaml")
    with connect(Reached([plant.config])) as cluster:
        assert len(compare(again, cluster).ready.former) == 13, "what is there as delivered is known as ours, too"


def test_somebody_who_writes_meanwhile_is_not_overwritten(plant: Plant) -> None:
    text = (plant.folder / "out/plant1/listeners/external/listener.yaml").read_text()
    theirs = text.replace("aio-broker-external", "theirs")

    def meddle(ref: Ref, _: str) -> None:
        if ref.kind.kind == "ClusterIssuer":
            plant.server.kubectl("create", "-f", "-", given=theirs)

    with pytest.raises(Broken, match=r"others wrote to it meanwhile: \.spec\.serviceName \(kubectl-create\)"):
        carried_out(plant, meddle)
    assert plant.live("brokerlisteners", "external")["spec"]["serviceName"] == "theirs"
    told = plant.cluster("diff")
    assert "is there, and this deployment did not apply it" in told.text


@pytest.mark.parametrize(("typed", "code", "applied"), [("y\n", 0, True), ("n\n", 130, False)])
def test_a_person_is_asked(plant: Plant, typed: str, code: int, applied: bool) -> None:
    ours, theirs = os.openpty()
    environment = {**os.environ, "KUBECONFIG": str(plant.config)}
    command = [PROGRAM, "cluster", "apply", "contoso.yaml"]
    with os.fdopen(ours, "wb", buffering=0) as keyboard, os.fdopen(theirs) as terminal:
        keyboard.write(typed.encode())
        done = subprocess.run(
            command, cwd=plant.folder, env=environment, stdin=terminal, capture_output=True, text=True, check=False
        )
    assert done.returncode == code, done.stdout + done.stderr
    assert "apply this to admin" in done.stderr
    assert ("external-tls" in plant.names("secrets")) is applied


def test_without_the_library_it_is_said_what_to_install(plant: Plant) -> None:
    command = "import sys; sys.modules['lightkube'] = None; from certwright.cli import main; main()"
    environment = {**os.environ, "KUBECONFIG": str(plant.config)}
    python = Path(PROGRAM).with_name("python")
    done = subprocess.run(
        [python, "-c", command, "cluster", "diff", "contoso.yaml"],
        cwd=plant.folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert "pip install certwright[cluster]" in done.stderr


def test_what_needs_no_cluster_loads_nothing_of_it(plant: Plant) -> None:
    command = (
        "import sys; from certwright.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'lightkube', 'httpx2', 'msgspec'} & set(sys.modules)))"
    )
    python = Path(PROGRAM).with_name("python")
    for arguments in (["plan", "contoso.yaml"], ["apply", "contoso.yaml"], ["check", "out", "--for", "contoso.yaml"]):
        done = subprocess.run(
            [python, "-c", command, *arguments], cwd=plant.folder, capture_output=True, text=True, check=False
        )
        assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_a_server_behind_another_name_is_verified_by_that_name(plant: Plant, tmp_path: Path) -> None:
    text = plant.config.read_text().replace("certificate-authority", "tls-server-name: {name}, certificate-authority")
    trusted = (plant.config.parent / "ca.pem").read_bytes()
    (tmp_path / "ca.pem").write_bytes(trusted)
    for name, code in (("localhost", 1), ("elsewhere.contoso.com", 4)):
        config = tmp_path / f"{name}.yaml"
        config.write_text(text.replace("{name}", name))
        told = plant.as_user(config).cluster("diff")
        assert told.code == code, told.err
    assert "its certificate is not trusted" in told.err
