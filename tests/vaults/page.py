"""Runs the commands of docs/vault.md that need a Key Vault against its double; as a program, writes what they print."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "vault.md"
BLOCK = re.compile(r"^```shell-session\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n(?:# exit code (\d+)\n)?", re.MULTILINE)
SITE = """certwright: 1
issuers: {contoso: {kind: embedded, organization: Contoso}}
sites:
  - name: plant1
    product: azure-iot-operations
    instance: plant1-aio
    cluster: plant1-cluster
    resource_group: plant1-rg
    subscription: 00000000-0000-0000-0000-000000000000
    custom_location: plant1-location
    trust: quickstart
    connectors: [{name: cameras}]
"""


def refreshed() -> str:
    """The page as it would be written today."""
    from keyvault import key_vault  # type: ignore[import-not-found]  # found beside this file

    page = PAGE.read_text("utf-8")
    (lines,) = re.findall(r"```yaml\n(    key_vault.*?)```", page, re.DOTALL)
    with tempfile.TemporaryDirectory() as place, key_vault(Path(place)) as (vault, environment):
        folder = Path(place) / "plant"
        shutil.copytree(ROOT / "tests" / "cases" / "vault", folder)
        (folder / "plant.yaml").write_text(SITE + lines)
        pem = (folder / "plant-root.pem").read_bytes()
        vault.put("my-cert-pem", pem.hex(), "application/x-pem-file", {"file-encoding": "hex"})
        return BLOCK.sub(lambda block: f"```shell-session\n{_block(block[1], folder, environment)}```", page)


def _block(text: str, folder: Path, environment: Mapping[str, str]) -> str:
    return "".join(_run(match, folder, environment) for match in COMMAND.finditer(text))


def _run(match: re.Match[str], folder: Path, environment: Mapping[str, str]) -> str:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    around = {**environment, "PATH": path, "HOME": str(folder), "COLUMNS": "100", "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["/bin/bash", "-c", match[1]],
        cwd=folder, env=around, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == int(match[2] or 0), f"$ {match[1]}\n{done.stdout}"
    return match[0] + done.stdout


if __name__ == "__main__":
    PAGE.write_text(refreshed(), "utf-8")
