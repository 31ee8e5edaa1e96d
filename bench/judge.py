"""How fast certificates are judged: in memory, over two cores, a folder of PEM files, PFX files; and how much memory.

In memory CPU time counts, of one process; peers do their part in the same rounds. Prints tables in Markdown.
Usage: judge.py ROUNDS [COUNT]
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PBES,
    load_pkcs12,
    serialize_key_and_certificates,
)
from fleet import HEAD, NOW, Authorities, Fleet, authorities, fleet, leaf_for, plan_of
from pkilint import loader
from pkilint.pkix import certificate, extension, name

from certwright.check import judge
from certwright.model import Package, Plan, Report
from certwright.pack.pem import certificates
from certwright.wiring.loading import load
from certwright.wiring.sharing import Sharing
from certwright.x509.pem import certificates_in

HERE = Path(__file__).parent
CERTWRIGHT = str(Path(sys.executable).with_name("certwright"))
PRODUCTS = ("azure-stack-hub", "azure-local", "configuration-manager")
LINTED = 200  # certificates are enough for a peer of four milliseconds each
FLOOR = "floor: load, verify one signature"
LOCKED = 40  # PFX files, for one of thirty
FORMS = ("json", "junit", "sarif", "markdown", "html")
PASSWORD = "Benchmark2026Password"

# A process starts with the peak of the one that forked it, so that has to be a small one.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""

BOUNDS = (
    "Every leaf has its own key, names and serial; nothing of a leaf is remembered, its times neither. certwright"
    " parses it, finds its path, verifies its signature within the library's own verdict on it"
    " (`cryptography.x509.verification`, right"
    " below the issuer whose path was accepted before), diagnoses, and judges every demand; where anything is not"
    " plainly in order, path and verdict are worked out anew. More than a quarter of the time is the library's, a"
    " sixth goes into reading DER, another into hearing the demands, the rest into opening, paths and what is kept. A"
    " good part of it is waiting for memory and for code that fell out of the processor's caches, so that a busy"
    " neighbour costs more than its share: where the floor reaches 29,000, 0.207 of it are 6,000.",
    "",
    "zlint is not among the peers: it is only had through Go's module proxy, which was out of reach. Where the floor"
    " was about 29,000 a second it was seen to do 1,430 to 1,510 with its 425 lints.",
)

Work = Callable[[], object]


def cpu(work: Work) -> float:
    """CPU seconds of this process and of those it waited for."""
    children, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.process_time()
    work()
    own, after = time.process_time() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime


def wall(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(works: Mapping[str, Work], rounds: int, clock: Callable[[Work], float]) -> dict[str, float]:
    """Median seconds by name; every round does all of them in turn."""
    taken: dict[str, list[float]] = {key: [] for key in works}
    for _ in range(rounds):
        for key, work in works.items():
            taken[key].append(clock(work))
    return {key: statistics.median(seconds) for key, seconds in taken.items()}


# ── in memory ─────────────────────────────────────────────────────────────────────────────────────


def judged(one: Fleet, processes: int = 1) -> Report:
    return judge(one.plan, one.files, {}, NOW, anchors=one.anchors, whole=False, share=Sharing(processes))


def bare(one: Fleet) -> None:
    """The floor: each leaf loaded, and its signature verified."""
    issuer = x509.load_der_x509_certificate(one.authorities.issuing.der)
    for leaf in one.leaves:
        x509.load_der_x509_certificate(leaf).verify_directly_issued_by(issuer)


def linted(leaves: Iterable[bytes]) -> None:
    """pkilint, as its command for RFC 5280 puts it together."""
    validator = certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )
    for leaf in leaves:
        validator.validate(loader.RFC5280CertificateDocumentLoader().load_der_document(leaf, "leaf").root)


def verified(one: Fleet, folder: Path) -> Work:
    """`openssl verify`, one process for all files."""
    folder.mkdir()
    (folder / "root.pem").write_bytes(certificates([one.authorities.root]))
    (folder / "issuing.pem").write_bytes(certificates([one.authorities.issuing.der]))
    names = []
    for number, leaf in enumerate(one.leaves):
        names.append(f"{number}.pem")
        (folder / names[-1]).write_bytes(certificates([leaf]))
    command = ["openssl", "verify", "-CAfile", "root.pem", "-untrusted", "issuing.pem", *names]
    return lambda: subprocess.run(command, check=True, cwd=folder, capture_output=True)


def in_memory(fleets: Mapping[str, Fleet], folder: Path, rounds: int) -> list[str]:
    first = next(iter(fleets.values()))
    works: dict[str, tuple[Work, int]] = {
        FLOOR: (lambda: bare(first), len(first.leaves)),
        **{f"certwright, {key}": (lambda one=one: judged(one), len(one.leaves)) for key, one in fleets.items()},
        "openssl verify, one process": (verified(first, folder / "verify"), len(first.leaves)),
        "pkilint, RFC 5280": (lambda: linted(first.leaves[:LINTED]), LINTED),
    }
    found = medians({key: work for key, (work, _) in works.items()}, rounds, cpu)
    rates = {key: works[key][1] / seconds for key, seconds in found.items()}
    fastest, slowest = rates[FLOOR], rates["pkilint, RFC 5280"]
    head = ["| what | certificates/s | x floor | x pkilint |", "|---|--:|--:|--:|"]
    lines = ["### certificates in memory, one core", "", *head]
    lines += [f"| {key} | {rate:,.0f} | {rate / fastest:.3f} | {rate / slowest:.1f} |" for key, rate in rates.items()]
    return [*lines, "", *signatures(fleets), "", *BOUNDS, ""]


def signatures(fleets: Mapping[str, Fleet]) -> list[str]:
    """What was verified and judged, counted from the reports themselves."""
    lines = []
    for key, one in fleets.items():
        report = judged(one)
        own = {(s.certificate, s.issuer) for f in report.files for s in f.signatures if not s.shared}
        shared = {(s.certificate, s.issuer) for f in report.files for s in f.signatures if s.shared}
        counts = f"{report.count('OK'):,} OK, {report.count('Skipped'):,} skipped, {report.count('Fail')} failed"  # type: ignore[arg-type]
        lines.append(
            f"{key}: {len(one.leaves):,} leaves, {len(report.results):,} results ({counts}); signatures verified:"
            f" {len(own):,} of leaves, {len(shared)} of authorities once a process."
        )
    return lines


def bare_twice(one: Fleet) -> None:
    """The floor in two processes, half of the leaves each: what two cores of this machine are worth."""
    middle = len(one.leaves) // 2
    children = []
    for leaves in (one.leaves[:middle], one.leaves[middle:]):
        child = os.fork()
        if child == 0:
            bare(replace(one, leaves=leaves))
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def worth(seconds: Mapping[str, float], processes: int) -> float:
    """How much faster the bare library is in two processes; 2 where their CPU times are added up."""
    return seconds[f"{FLOOR} 1"] * processes / seconds[f"{FLOOR} 2"]


def two_cores(fleets: Mapping[str, Fleet], rounds: int) -> list[str]:
    first = next(iter(fleets.values()))
    works: dict[str, Work] = {
        f"{FLOOR} 1": lambda: bare(first),
        f"{FLOOR} 2": lambda: bare_twice(first),
    }
    works |= {
        f"{key} {processes}": (lambda one=one, processes=processes: judged(one, processes))
        for key, one in fleets.items()
        for processes in (1, 2)
    }
    walls, cpus = medians(works, rounds, wall), medians(works, rounds, cpu)
    head = "| what | one: wall s | two: wall s | x | one: CPU s | two: CPU s each | x |"
    lines = ["### the same over two processes", "", head, "|---|--:|--:|--:|--:|--:|--:|"]
    for key in (FLOOR, *fleets):
        one, two = walls[f"{key} 1"], walls[f"{key} 2"]
        alone, each = cpus[f"{key} 1"], cpus[f"{key} 2"] / 2
        lines.append(
            f"| {key} | {one:.2f} | {two:.2f} | {one / two:.2f} | {alone:.2f} | {each:.2f} | {alone / each:.2f} |"
        )
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    told = (
        f"The load of the machine was {load}: with others on both cores wall time says little. By CPU time two"
        " processes are that much faster on cores of their own; forking, and what comes back, is in it. The first row"
        f" is what a second core of this machine is worth to the bare library: {worth(walls, 1):.2f} by wall time,"
        f" {worth(cpus, 2):.2f} by CPU time of each."
    )
    return [*lines, "", told, ""]


# ── whole processes ───────────────────────────────────────────────────────────────────────────────


def nodes(folder: Path, count: int) -> Path:
    """A folder of so many PEM files with their deployment file, and the root that they are trusted by."""
    folder.mkdir()
    shutil.copy(HERE / "nodes.toml", folder)
    head = HEAD.replace("certwright: 1\n", "certwright: 1\nproducts: [./nodes.toml]\n")
    rows = "".join(f"      - n{number}\n" for number in range(count))
    site = f"  - name: prod\n    product: nodes\n    domain: corp.contoso.com\n    nodes:\n{rows}"
    (folder / "nodes.yaml").write_text(head + site)
    plan = load(folder / "nodes.yaml", now=NOW).plan
    places = tuple(place for place in plan.places if place.kind == "identity")
    made = fleet(replace(plan, places=places))
    (folder / "out" / "prod").mkdir(parents=True)
    for path, content in made.files.items():
        (folder / "out" / path).write_bytes(certificates(certificates_in(content)))
    (folder / "out" / "prod" / "root.pem").write_bytes(certificates([made.authorities.root]))
    return folder


def check(folder: Path) -> Work:
    command = [CERTWRIGHT, "check", "out/prod", "--for", "nodes.yaml"]
    return lambda: subprocess.run(command, check=True, cwd=folder, capture_output=True)


def folder_of_files(folder: Path, rounds: int) -> list[str]:
    works = {"certwright check": check(folder), "python -c 'import click'": importing}
    walls, cpus = medians(works, rounds, wall), medians(works, rounds, cpu)
    lines = ["### a folder of 2,000 PEM files, whole process", "", "| what | wall s | CPU s |", "|---|--:|--:|"]
    return [*lines, *(f"| {key} | {walls[key]:.2f} | {cpus[key]:.2f} |" for key in works), ""]


def importing() -> None:
    subprocess.run([sys.executable, "-c", "import click"], check=True)


def memory(folders: Mapping[int, Path]) -> list[str]:
    """The largest resident set that `check` ever had, in this process or one it forked."""
    peaks = {count: peak(folder, "table") for count, folder in folders.items()}
    least, most = min(peaks), max(peaks)
    growth = (peaks[most] - peaks[least]) * 1024 / (most - least)
    lines = ["### memory", "", "| PEM files | peak MiB |", "|--:|--:|"]
    lines += [f"| {count:,} | {peak:.0f} |" for count, peak in peaks.items()]
    told = f"{growth:.1f} KiB more for each file: its place and demands in the plan, and what was said of it."
    lines += ["", f"{told} Contents and facts are dropped once a file is judged.", ""]
    forms = [f"{form} {peak(folders[most], form):.0f}" for form in FORMS]
    return [*lines, f"Reports are written piece by piece. The {most:,} in other formats, MiB: {', '.join(forms)}.", ""]


def peak(folder: Path, form: str) -> float:
    """In MiB."""
    small = [sys.executable, "-c", PEAK, CERTWRIGHT, "check", "out/prod", "--for", "nodes.yaml", "--format", form]
    return int(subprocess.run(small, check=True, cwd=folder, capture_output=True).stdout) / 1024


# ── PFX ───────────────────────────────────────────────────────────────────────────────────────────


def pfx_fleet(kind: str, plan: Plan, keys: list[rsa.RSAPrivateKey], above: Authorities) -> Fleet:
    """Places of the plan, each as one PFX of that encryption with 2,000 rounds, made by `cryptography`."""
    pbes, digest = {
        "3DES": (PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA1()),
        "AES": (PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256()),
    }[kind]
    lock = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2000).key_cert_algorithm(pbes).hmac_hash(digest)
    chain = [x509.load_der_x509_certificate(der) for der in (above.issuing.der, above.root)]
    places, files, leaves = [], {}, []
    for number, place in enumerate(plan.places[:LOCKED]):
        key = keys[number % len(keys)]
        leaf = leaf_for(place, above, 9000 + number, key.public_key())
        path = f"{place.id}/one.pfx"
        files[path] = serialize_key_and_certificates(
            b"one", key, x509.load_der_x509_certificate(leaf), chain, lock.build(PASSWORD.encode())
        )
        leaves.append(leaf)
        places.append(replace(place, packages=(Package("pfx", "pfx", path),)))
    return Fleet(replace(plan, places=tuple(places)), files, leaves, above)


def locked(plan: Plan, rounds: int) -> list[str]:
    keys, above = [rsa.generate_private_key(65537, 2048) for _ in range(8)], authorities()
    lines = ["### PFX files, one core", "", "| encryption | load_pkcs12: files/s | certwright: files/s | x |"]
    lines.append("|---|--:|--:|--:|")
    for kind in ("3DES", "AES"):
        one = pfx_fleet(kind, plan, keys, above)
        works = {"load": lambda one=one: opened(one.files.values()), "judge": lambda one=one: unlocked(one)}
        found = medians(works, rounds, cpu)
        load_rate, own_rate = LOCKED / found["load"], LOCKED / found["judge"]
        lines.append(f"| {kind}, 2,000 rounds | {load_rate:.0f} | {own_rate:.0f} | {own_rate / load_rate:.1f} |")
    told = (
        "certwright derives keys, verifies the MAC, decrypts, compares key and certificate, and judges every demand of"
        " Azure Local; it does not ask whether the primes of a key are prime, which is what `load_pkcs12` spends its"
        " time on."
    )
    return [*lines, "", told, ""]


def opened(files: Iterable[bytes]) -> None:
    for content in files:
        load_pkcs12(content, PASSWORD.encode())


def unlocked(one: Fleet) -> Report:
    passwords = {place.set: PASSWORD for place in one.plan.places}
    report = judge(one.plan, one.files, passwords, NOW, anchors=one.anchors, whole=False, share=Sharing(1))
    if report.unjudged:
        raise SystemExit(f"{report.unjudged[0]}")
    return report


def main() -> None:
    rounds, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        fleets = {product: fleet(plan_of(product, count, work)) for product in PRODUCTS}
        lines = [*in_memory(fleets, work, rounds), *two_cores(fleets, rounds)]
        plan = fleets["azure-local"].plan
        fleets.clear()
        lines += locked(plan, rounds)
        folders = {many: nodes(work / f"nodes-{many}", many) for many in (200, 2000, 19_000)}
        lines += [*folder_of_files(folders[2000], rounds), *memory(folders)]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
