"""The floor of `check`: only key derivation, MAC and decryption of every PFX below a folder. Password on stdin."""

import sys
from pathlib import Path

from certwright.pfx.read import read_pfx

password = sys.stdin.readline().rstrip("\n")
for path in sorted(Path(sys.argv[1]).rglob("*.pfx")):
    read_pfx(path.read_bytes(), password)
