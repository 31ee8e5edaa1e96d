"""What a script does today: `load_pkcs12` over every PFX below a folder. Password on stdin."""

import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

password = sys.stdin.readline().rstrip("\n").encode()
for path in sorted(Path(sys.argv[1]).rglob("*.pfx")):
    load_pkcs12(path.read_bytes(), password)
