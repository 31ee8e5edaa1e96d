"""The floor of `apply`: N bare RSA-2048 keys over as many threads as there are processors, and nothing else."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.asymmetric import rsa

with ThreadPoolExecutor(os.cpu_count()) as pool:
    for _ in pool.map(lambda _: rsa.generate_private_key(65537, 2048), range(int(sys.argv[1]))):
        pass
