"""Measures certwright against the floor and its peers, and writes docs/performance.md.

Whole processes, interleaved within a round, medians over rounds; only ratios of one run mean anything.
Usage: python bench/run.py [--rounds N] [--quick]
"""

import argparse
import compileall
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = sys.executable
CERTWRIGHT = str(Path(PYTHON).with_name("certwright"))
SITE = """  - name: local{n}
    product: azure-local
    fqdn: local{n}.contoso.com
    deploy_on: 2027-01-31
    management_endpoint: 192.168.100.{n}
"""
HEAD = "certwright: 1\nissuers:\n  contoso: {{crl: http://pki.contoso.com/crl}}\nsites:\n{sites}"
SERVERS = 80

Step = Callable[[], None]


def run(*command: str, stdin: str = "", cwd: Path | None = None) -> None:
    subprocess.run(command, check=True, input=stdin.encode(), cwd=cwd, capture_output=True)


def measure(step: Step) -> tuple[float, float]:
    """Wall and CPU seconds of one whole process tree."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    step()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(steps: dict[str, tuple[Step, Step]], rounds: int) -> dict[str, tuple[float, float]]:
    """Median wall and CPU seconds by name. Each step comes with a preparation that is not measured."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, (prepare, step) in steps.items():
            prepare()
            taken[name].append(measure(step))
    return {
        name: (statistics.median(wall for wall, _ in all_), statistics.median(cpu for _, cpu in all_))
        for name, all_ in taken.items()
    }


def table(title: str, found: dict[str, tuple[float, float]], reference: str) -> list[str]:
    base_wall, base_cpu = found[reference]
    lines = [f"### {title}", "", "| what | wall s | x | CPU s | x |", "|---|--:|--:|--:|--:|"]
    lines += [
        f"| {name} | {wall:.2f} | {wall / base_wall:.2f} | {cpu:.2f} | {cpu / base_cpu:.2f} |"
        for name, (wall, cpu) in found.items()
    ]
    return [*lines, ""]


def nothing() -> None:
    """No preparation."""


def deployment(folder: Path, sites: int) -> Path:
    """A deployment of that many Azure Local sites (26 certificates each) whose CA is already made."""
    folder.mkdir()
    file = folder / "contoso.yaml"
    file.write_text(HEAD.format(sites=SITE.format(n=99)))
    run(CERTWRIGHT, "apply", str(file))
    shutil.rmtree(folder / "out")
    file.write_text(HEAD.format(sites="".join(SITE.format(n=n) for n in range(1, sites + 1))))
    return file


def applying(made: Path, scratch: Path) -> tuple[Step, Step]:
    def prepare() -> None:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(made.parent, scratch)

    return prepare, lambda: run(CERTWRIGHT, "apply", str(scratch / made.name))


def peer(script: str, authority: Path, scratch: Path, names: Path) -> tuple[Step, Step]:
    def prepare() -> None:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(authority, scratch)

    command = [PYTHON] if script.endswith(".py") else ["sh"]
    return prepare, lambda: run(*command, f"bench/peers/{script}", str(scratch), str(names), cwd=HERE.parent)


def authority(folder: Path) -> Path:
    """What the peers need before they start: a CA of RSA 3072, a password file, configuration."""
    folder.mkdir()
    (folder / "password").write_text("Benchmark2026Password\n")
    subject = ["-subj", "/CN=Bench CA", "-days", "3650", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:3072",
        "-nodes",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        *subject,
        cwd=folder,
    )
    usages = ["digital signature", "key encipherment", "server auth"]
    profile = {"signing": {"profiles": {"server": {"expiry": "21912h", "usages": usages}}}}
    (folder / "config.json").write_text(json.dumps(profile))
    easy = ["/usr/share/easy-rsa/easyrsa"]
    environment = {
        **os.environ,
        "EASYRSA_PKI": str(folder / "pki"),
        "EASYRSA_BATCH": "1",
        "EASYRSA": "/usr/share/easy-rsa",
    }
    for words in (["init-pki"], ["build-ca", "nopass"]):
        subprocess.run([*easy, *words], check=True, env=environment, cwd=folder, capture_output=True)
    return folder


def apply_26(work: Path, rounds: int, quick: bool) -> list[str]:
    made = deployment(work / "made-26", 1)
    names = work / "names"
    names.write_text("".join(f"service{n}.local1.contoso.com\n" for n in range(26)))
    ready = authority(work / "authority")
    steps = {
        "floor: 26 bare keys": (nothing, lambda: run(PYTHON, str(HERE / "floor.py"), "26")),
        "certwright apply": applying(made, work / "scratch"),
    }
    if not quick:
        steps["openssl, xargs -P"] = peer("openssl.sh", ready, work / "scratch", names)
        steps["cfssl, xargs -P"] = peer("cfssl.sh", ready, work / "scratch", names)
        steps["trustme script"] = peer("trustme_set.py", ready, work / "scratch", names)
        steps["easy-rsa"] = peer("easyrsa.sh", ready, work / "scratch", names)
    return table(
        "26 certificates (Azure Local), key to checked and delivered PFX", medians(steps, rounds), "floor: 26 bare keys"
    )


def apply_208(work: Path, rounds: int) -> list[str]:
    made = deployment(work / "made-208", 8)
    steps = {
        "floor: 208 bare keys": (nothing, lambda: run(PYTHON, str(HERE / "floor.py"), "208")),
        "certwright apply": applying(made, work / "scratch"),
    }
    return table("208 certificates (eight Azure Local sites)", medians(steps, rounds), "floor: 208 bare keys")


def check_208(work: Path, rounds: int) -> list[str]:
    """The folder that the 208 certificates were delivered to, with one password for all of it."""
    folder = work / "check-208"
    folder.mkdir()
    password = work / "password"
    password.write_text("Benchmark2026Password\n")
    file = folder / "contoso.yaml"
    file.write_text(HEAD.format(sites="".join(SITE.format(n=n) for n in range(1, 9))))
    own = [f"--password-file=local{n}/{part}={password}" for n in range(1, 9) for part in ("ingress", "management")]
    run(CERTWRIGHT, "apply", str(file), *own)
    words = password.read_text()
    out = str(folder / "out")
    steps = {
        "floor: derivation, MAC, decryption": (
            nothing,
            lambda: run(PYTHON, str(HERE / "check_floor.py"), out, stdin=words),
        ),
        "certwright check": (nothing, lambda: run(CERTWRIGHT, "check", out, "--for", str(file), *own)),
        "a loop over load_pkcs12": (nothing, lambda: run(PYTHON, str(HERE / "load_pkcs12.py"), out, stdin=words)),
    }
    lines = table("check of 208 PFX files", medians(steps, rounds), "floor: derivation, MAC, decryption")
    command = [PYTHON, str(HERE / "check_work.py"), str(file), str(password)]
    bare, whole, ratio = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    work = f"The work alone, in one process without its start-up: {bare} s of CPU to derive, verify and decrypt"
    return [*lines, f"{work}; {whole} s to judge every demand as well: {ratio} times.", ""]


def plan_200(work: Path, rounds: int) -> list[str]:
    steps: dict[str, tuple[Step, Step]] = {
        "python -c 'import click'": (nothing, lambda: run(PYTHON, "-c", "import click")),
        "certwright --help": (nothing, lambda: run(CERTWRIGHT, "--help")),
        "certwright plan, four products": (nothing, lambda: run(CERTWRIGHT, "plan", str(HERE / "four-products.yaml"))),
    }
    return table("start-up and planning", medians(steps, rounds), "python -c 'import click'")


def judge_many(rounds: int, quick: bool) -> list[str]:
    """Certificates by the thousand; a process of its own, whose memory is measured."""
    command = [PYTHON, str(HERE / "judge.py"), str(rounds), "500" if quick else "5000"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def rotate_many(rounds: int, quick: bool) -> list[str]:
    """A thousand leaves under rotation: their keys take a while, so fewer rounds do."""
    command = [PYTHON, str(HERE / "rotation.py"), str(max(3, rounds // 2)), "100" if quick else "1000"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def revocation_lists(rounds: int, quick: bool) -> list[str]:
    """Lists from the inventory beside `openssl ca -gencrl`; a process of its own, which measures memory."""
    entries = ["20000"] if quick else ["100000", "1000000"]
    command = [PYTHON, str(HERE / "crl.py"), str(rounds), *entries]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="without the peers, nothing written")
    parser.add_argument(
        "--only",
        nargs="*",
        choices=["apply", "many", "check", "plan", "judge", "crl", "rotate"],
        help="only these tables",
    )
    options = parser.parse_args()
    compileall.compile_dir(HERE.parent / "src", quiet=2)  # as pip does for everybody who installs it
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        parts: dict[str, Callable[[], list[str]]] = {
            "apply": lambda: apply_26(work, options.rounds, options.quick),
            "many": lambda: apply_208(work, max(3, options.rounds // 2)),
            "check": lambda: check_208(work, options.rounds),
            "plan": lambda: plan_200(work, options.rounds * 2),
            "judge": lambda: judge_many(options.rounds, options.quick),
            "crl": lambda: revocation_lists(max(3, options.rounds // 2), options.quick),
            "rotate": lambda: rotate_many(options.rounds, options.quick),
        }
        lines: list[str] = []
        for name in options.only or parts:
            lines += (part := parts[name]())
            print("\n".join(part), flush=True)
    text = "\n".join(lines)
    if not options.quick and not options.only:
        page = HERE.parent / "docs" / "performance.md"
        openssl = subprocess.getoutput("openssl version")
        machine = f"{os.cpu_count()} processors, Python {platform.python_version()}, {openssl}"
        head = (HERE / "head.md").read_text().format(machine=machine, rounds=options.rounds)
        page.write_text(head + text)


if __name__ == "__main__":
    main()
