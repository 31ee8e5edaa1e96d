"""OpenSSL's own PKCS#12 key derivation, where the interpreter's hashlib has brought it into the process.

Only a shortcut, three times as fast as the loop in kdf.py: absent (Windows, static builds), that loop does the work.
docs/decisions/0003-pfx-writer.md has the numbers that make it worth a foreign call.
"""

import ctypes
import importlib.util
from collections.abc import Callable

Derive = Callable[[str, bytes, bytes, int, int, int], bytes]


def find(module: str = "_hashlib") -> Derive | None:
    """The function, or None when the named extension module has no OpenSSL behind it.

    It takes hash name, password (BMP), salt, iterations, purpose and length, and gives b"" when OpenSSL refuses.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.has_location:
        return None
    try:
        library = ctypes.CDLL(spec.origin)
        digest, generate = library.EVP_get_digestbyname, library.PKCS12_key_gen_uni
    except (OSError, AttributeError):
        return None
    digest.argtypes, digest.restype = (ctypes.c_char_p,), ctypes.c_void_p
    text, number = ctypes.c_char_p, ctypes.c_int
    generate.argtypes = (text, number, text, number, number, number, number, text, ctypes.c_void_p)

    def derive(hash_name: str, password: bytes, salt: bytes, iterations: int, purpose: int, length: int) -> bytes:
        output = ctypes.create_string_buffer(length)
        message = digest(hash_name.encode())
        done = message and generate(
            password, len(password), salt, len(salt), purpose, iterations, length, output, message
        )
        return output.raw if done == 1 else b""

    return derive
