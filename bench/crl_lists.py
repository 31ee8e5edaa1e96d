"""The measured half of crl.py: the lists of one authority, from an inventory to files.

Usage: python bench/crl_lists.py INVENTORY AUTHORITY CERTIFICATE KEY FOLDER SHARDS   (0 shards: the complete list alone)
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certwright.inventory import Inventory
from certwright.x509.crl_lines import sheets
from certwright.x509.crl_sign import Heading, sign_list
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate
from certwright.x509.shards import Shard

WHOLE = "http://pki.contoso.com/crl/contoso-issuing.crl"


def main() -> None:
    inventory, authority, certificate, key, folder = (Path(one) for one in sys.argv[1:6])
    count = int(sys.argv[6])
    issuer = read_certificate(certificates_in(certificate.read_bytes())[0])
    signer = load_pem_private_key(key.read_bytes(), None)
    now = datetime.now(UTC).replace(microsecond=0)
    times = (int(now.timestamp()), now, now + timedelta(days=30), now + timedelta(days=15))
    with Inventory.open_to_read(inventory) as opened, opened.reading() as reading:
        pages = sheets(reading.revoked.lines(str(authority), None), (count or 1,))[count or 1]
    (folder / "whole.crl").write_bytes(sign_list(issuer, signer, Heading(*times), pages))
    for number, page in enumerate(pages if count else ()):
        shard = Shard(number, count)
        heading = Heading(*times, (shard.address(WHOLE),), "users")
        (folder / f"{shard}.crl").write_bytes(sign_list(issuer, signer, heading, [page]))


if __name__ == "__main__":
    main()
