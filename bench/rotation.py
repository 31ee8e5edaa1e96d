"""How fast an authority with a thousand leaves is rotated: planned, told how it stands, and everything issued anew.

A plant of Azure IoT Operations with as many MQTT clients: a certificate with its chain and a key for each. Whole
processes, interleaved within a round, medians over rounds; the floor makes and signs with nothing around it.
Usage: rotation.py ROUNDS [COUNT] · rotation.py --floor KIND COUNT · rotation.py --decide FOLDER
"""

import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

CERTWRIGHT = str(Path(sys.executable).with_name("certwright"))
KINDS = {
    "rsa": ("RSA 2048 below RSA 3072", "rsa-4096", "rsa-3072"),
    "ec": ("EC P-256 below EC P-256", "ec-384", "ec-256"),
}
DEPLOYMENT = """certwright: 1
issuers:
  contoso:
    crl: http://pki.contoso.com/crl
    root: {{key: {root}}}
    issuing: {{key: {issuing}}}
sites:
  - name: plant1
    product: azure-iot-operations
    instance: plant1-aio
    cluster: plant1-cluster
    resource_group: plant1-rg
    subscription: 00000000-0000-0000-0000-000000000000
    custom_location: plant1-location
    trust: quickstart
    mqtt_x509: true
    mqtt_clients:
{clients}"""
CLIENT = "      - {{name: device-{number}, algorithm: {kind}}}\n"
BODY = os.urandom(900)  # octets of a certificate's body

BOUNDS = (
    "What bounds issuing RSA is finding primes: everything else (recording intents, twins, two signatures, judging,"
    " sealing keys, writing and syncing two files each) goes on beside it. An EC key and its signature take less than a"
    " tenth of a millisecond, so a ratio to them says little: a leaf costs a few milliseconds of CPU time (a twin and"
    " its judgement, two signatures, the judgement of its files), and two files and a folder are waited for until they"
    " are safe on the disk, eight at a time.",
    "",
)

Step = Callable[[], None]


# ── what is measured against ──────────────────────────────────────────────────────────────────────


def floor(kind: str, count: int) -> None:
    """So many keys, and a signature of the issuing authority for each, over all processors, and nothing else."""
    work = _rsa_floor() if kind == "rsa" else _ec_floor()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(work, range(count)):
            pass


def _rsa_floor() -> Callable[[int], None]:
    issuing = rsa.generate_private_key(65537, 3072)

    def work(_: int) -> None:
        rsa.generate_private_key(65537, 2048)
        issuing.sign(BODY, padding.PKCS1v15(), hashes.SHA256())

    return work


def _ec_floor() -> Callable[[int], None]:
    issuing = ec.generate_private_key(ec.SECP256R1())

    def work(_: int) -> None:
        ec.generate_private_key(ec.SECP256R1())
        issuing.sign(BODY, ec.ECDSA(hashes.SHA256()))

    return work


# ── what is measured ──────────────────────────────────────────────────────────────────────────────


def run(*command: str, folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")


def staged(folder: Path, kind: str, count: int) -> Path:
    """A deployment with so many leaves whose next generation is staged, and may sign in the next run."""
    folder.mkdir()
    _, root, issuing = KINDS[kind]
    clients = "".join(CLIENT.format(number=number, kind=kind) for number in range(count))
    (folder / "contoso.yaml").write_text(DEPLOYMENT.format(root=root, issuing=issuing, clients=clients))
    run(CERTWRIGHT, "apply", "contoso.yaml", folder=folder)
    run(CERTWRIGHT, "ca", "rotate", "contoso.yaml", "--reason", "it is measured", "--yes", folder=folder)
    run(CERTWRIGHT, "apply", "contoso.yaml", folder=folder)
    force = ("ca", "force", "contoso.yaml", "--to", "signing", "--reason", "it is measured", "--yes")
    run(CERTWRIGHT, *force, folder=folder)
    return folder


def signing(made: Path, scratch: Path) -> tuple[Step, Step]:
    """The run in which the new generation signs everything anew."""

    def prepare() -> None:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(made, scratch)

    return prepare, lambda: run(CERTWRIGHT, "apply", "contoso.yaml", folder=scratch)


def measured(step: Step) -> tuple[float, float]:
    """Wall and CPU seconds of the processes it starts."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    step()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(steps: Mapping[str, tuple[Step, Step]], rounds: int) -> dict[str, tuple[float, float]]:
    """Median wall and CPU seconds by name; every round does all of them in turn."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, (prepare, step) in steps.items():
            prepare()
            taken[name].append(measured(step))
    return {
        name: (statistics.median(wall for wall, _ in all_), statistics.median(cpu for _, cpu in all_))
        for name, all_ in taken.items()
    }


def nothing() -> None:
    """No preparation."""


def decide(folder: Path) -> None:
    """Prints the CPU seconds of the decision alone: the plan, what is due, and which gate is open."""
    os.chdir(folder)
    from certwright.flow.rotating import outlook
    from certwright.flow.standing import look
    from certwright.rotation.gates import gates
    from certwright.targets.folder import Folder
    from certwright.wiring.applying import inventory_of, rotating_of
    from certwright.wiring.loading import load, replan

    loaded = load(Path("contoso.yaml"))
    with inventory_of(loaded) as inventory:
        assert inventory is not None, "it was applied"
        standing = look(loaded.plan, inventory, Folder(loaded.output))
        ends = {one.place: one.not_after for one in standing.held.values()}
        start = time.process_time()
        planned = replan(loaded, loaded.generations, ends)
        mid = time.process_time()
        gates(outlook(planned.plan, rotating_of(planned), standing, inventory, loaded.now))
        print(json.dumps({"plan": mid - start, "gates": time.process_time() - mid}))


# ── the tables ────────────────────────────────────────────────────────────────────────────────────


def deciding(folders: Mapping[str, Path], rounds: int, count: int) -> list[str]:
    lines = [f"### {count:,} leaves under rotation: what is decided", ""]
    lines += ["| what | leaves | wall s | CPU s |", "|---|---|--:|--:|"]
    steps = {"python -c 'import click'": (nothing, partial(run, sys.executable, "-c", "import click"))}
    for kind, folder in folders.items():
        for words in (("plan",), ("ca", "status")):
            name = f"certwright {' '.join(words)}|{KINDS[kind][0]}"
            steps[name] = (nothing, partial(run, CERTWRIGHT, *words, "contoso.yaml", folder=folder))
    for name, (wall, cpu) in medians(steps, rounds).items():
        what, _, leaves = name.partition("|")
        lines.append(f"| {what} | {leaves} | {wall:.2f} | {cpu:.2f} |")
    for kind, folder in folders.items():
        command = [sys.executable, __file__, "--decide", str(folder)]
        told = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(rounds)]
        plan, gates = (statistics.median(one[part] for one in told) for part in ("plan", "gates"))
        lines.append(f"| the plan alone, in one process | {KINDS[kind][0]} | | {plan:.2f} |")
        lines.append(f"| what is due and which gate is open | {KINDS[kind][0]} | | {gates:.2f} |")
    return [*lines, ""]


def issuing(folders: Mapping[str, Path], work: Path, rounds: int, count: int) -> list[str]:
    lines = [f"### {count:,} leaves issued anew by the next generation", ""]
    lines += ["| leaves | what | wall s | x | CPU s | x |", "|---|---|--:|--:|--:|--:|"]
    for kind, folder in folders.items():
        bare, whole = f"floor: {count:,} keys, made and signed for", "certwright apply"
        command = (sys.executable, __file__, "--floor", kind, str(count))
        found = medians({bare: (nothing, partial(run, *command)), whole: signing(folder, work / "scratch")}, rounds)
        _proved(work / "scratch", count)
        base = found[bare]
        for name, (wall, cpu) in found.items():
            row = f"| {KINDS[kind][0]} | {name} | {wall:.2f} | {wall / base[0]:.2f} | {cpu:.2f} | {cpu / base[1]:.2f} |"
            lines.append(row)
    return [*lines, ""]


def _proved(folder: Path, count: int) -> None:
    """Everything was made anew, and stands below the new root and the bridge."""
    files = sorted((folder / "out").rglob("client.pem"))
    bodies = {hashlib.sha256(one.read_bytes()).digest() for one in files}
    chains = {one.read_text().count("BEGIN CERTIFICATE") for one in files}
    if len(bodies) != count or chains != {3}:
        raise SystemExit(f"{len(bodies)} leaves with {chains} certificates, and not {count} with 3")


def main() -> None:
    if sys.argv[1] == "--floor":
        floor(sys.argv[2], int(sys.argv[3]))
        return
    if sys.argv[1] == "--decide":
        decide(Path(sys.argv[2]))
        return
    rounds, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        folders = {kind: staged(work / kind, kind, count) for kind in KINDS}
        lines = [*deciding(folders, rounds, count), *issuing(folders, work, rounds, count)]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print("\n".join([*lines, *BOUNDS, f"The load of the machine was {load} when this was done.", ""]))


if __name__ == "__main__":
    main()
