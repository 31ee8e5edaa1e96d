"""Bends the tools' PFX files into legal shapes that Windows, NSS and Bouncy Castle write and no tool here does.

Nothing of certwright is used: what reads these files must not have made them.
"""

import hashlib
import hmac
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

HERE = Path(__file__).parent
PASSWORD = b"secret"


def elements(content: bytes) -> list[tuple[int, bytes]]:
    """Tag and body of each DER element in a row."""
    found, at = [], 0
    while at < len(content):
        tag, size, at = content[at], content[at + 1], at + 2
        if size & 0x80:
            octets = size & 0x7F
            size, at = int.from_bytes(content[at : at + octets], "big"), at + octets
        found.append((tag, content[at : at + size]))
        at += size
    return found


def tlv(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    octets = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | octets)) + size.to_bytes(octets, "big") + body


def indefinite(tag: int, body: bytes) -> bytes:
    """The element with indefinite lengths all the way down, long octet strings in pieces."""
    if tag in (0x04, 0x80) and len(body) > 64:
        pieces = b"".join(tlv(0x04, body[at : at + 61]) for at in range(0, len(body), 61))
        return bytes((tag | 0x20, 0x80)) + pieces + b"\0\0"
    if tag & 0x20:
        return bytes((tag, 0x80)) + b"".join(indefinite(*child) for child in elements(body)) + b"\0\0"
    return tlv(tag, body)


def read(name: str) -> bytes:
    return (HERE / f"{name}.pfx").read_bytes()


def write(name: str, content: bytes) -> None:
    (HERE / f"{name}.pfx").write_bytes(content)


def parts(pfx: bytes) -> tuple[bytes, bytes]:
    """The authenticated safe's content, and MacData."""
    (_, body), *_ = elements(pfx)
    _, (_, info), (_, mac) = elements(body)
    _, (_, wrapped) = elements(info)
    ((_, authenticated),) = elements(wrapped)
    return authenticated, mac


DATA = bytes.fromhex("06092a864886f70d010701")


def pfx(authenticated: bytes, mac: bytes = b"") -> bytes:
    info = tlv(0x30, DATA + tlv(0xA0, tlv(0x04, authenticated)))
    return tlv(0x30, b"\x02\x01\x03" + info + mac)


def pkcs12_key(password: bytes, salt: bytes, iterations: int) -> bytes:
    """RFC 7292 B.2 for one SHA-1 block of MAC key, written from the RFC for short salts and passwords."""

    def fill(value: bytes) -> bytes:
        return (value * 64)[: -(-len(value) // 64) * 64]

    digest = b"\x03" * 64 + fill(salt) + fill(password.decode().encode("utf-16-be") + b"\0\0")
    for _ in range(iterations):
        digest = hashlib.sha1(digest).digest()
    return digest


def sha1_mac(authenticated: bytes) -> bytes:
    key = pkcs12_key(PASSWORD, b"saltsalt", 2000)
    info = tlv(
        0x30, tlv(0x30, bytes.fromhex("06052b0e03021a0500")) + tlv(0x04, hmac.digest(key, authenticated, "sha1"))
    )
    return tlv(0x30, info + tlv(0x04, b"saltsalt") + b"\x02\x02\x07\xd0")


def pbmac1(authenticated: bytes, hash_name: str, prf: bytes, key_length: int) -> bytes:
    """MacData of RFC 9579; the outer salt and count are to be ignored, so they are nonsense."""
    algorithm = {"sha256": hashes.SHA256(), "sha512": hashes.SHA512()}[hash_name]
    key = PBKDF2HMAC(algorithm, key_length, b"saltsalt", 2000).derive(PASSWORD)
    hmac_id = tlv(0x30, prf + b"\x05\x00")
    settings = tlv(0x30, tlv(0x04, b"saltsalt") + b"\x02\x02\x07\xd0" + tlv(0x02, bytes((key_length,))) + hmac_id)
    kdf = tlv(0x30, bytes.fromhex("06092a864886f70d01050c") + settings)
    algorithm_id = tlv(0x30, bytes.fromhex("06092a864886f70d01050e") + tlv(0x30, kdf + hmac_id))
    info = tlv(0x30, algorithm_id + tlv(0x04, hmac.digest(key, authenticated, hash_name)))
    return tlv(0x30, info + tlv(0x04, b"ignored!") + b"\x02\x01\x03")


def key_safe(authenticated: bytes) -> tuple[int, list[bytes], list[tuple[int, bytes]]]:
    """Where the open safe with the key is, all safes, and the fields of its only bag."""
    safes = [tlv(*safe) for safe in elements(elements(authenticated)[0][1])]
    at = next(i for i, safe in enumerate(safes) if DATA in safe[:20])
    _, (_, wrapped) = elements(elements(safes[at])[0][1])
    ((_, contents),) = elements(wrapped)
    ((_, bags),) = elements(contents)
    ((_, bag),) = elements(bags)
    return at, safes, elements(bag)


def with_key_bag(authenticated: bytes, bag: bytes) -> bytes:
    at, safes, _ = key_safe(authenticated)
    safes[at] = tlv(0x30, DATA + tlv(0xA0, tlv(0x04, tlv(0x30, bag))))
    return tlv(0x30, b"".join(safes))


def attributes_bent(authenticated: bytes) -> bytes:
    """Attributes in reverse order, and the local-machine mark with a NULL in its SET, as .NET has it."""
    _, _, (kind, value, (_, attributes)) = key_safe(authenticated)
    turned = [tlv(*attribute) for attribute in reversed(elements(attributes))]
    empty = bytes.fromhex("300d06092b0601040182371102" + "3100")
    turned[turned.index(empty)] = bytes.fromhex("300f06092b0601040182371102" + "31020500")
    return with_key_bag(authenticated, tlv(0x30, tlv(*kind) + tlv(*value) + tlv(0x31, b"".join(turned))))


def shortened_key(authenticated: bytes) -> bytes:
    """The key bag with the last byte of its ciphertext cut off."""
    _, _, (kind, (_, wrapped), attributes) = key_safe(authenticated)
    ((_, shrouded),) = elements(wrapped)
    algorithm, (_, ciphertext) = elements(shrouded)
    value = tlv(0x30, tlv(*algorithm) + tlv(0x04, ciphertext[:-1]))
    return tlv(0x30, tlv(*kind) + tlv(0xA0, value) + tlv(*attributes))


def nested(authenticated: bytes) -> bytes:
    """The key bag in a safeContentsBag in another one, beside a CRL bag and a bag of a kind nobody knows."""
    _, _, fields = key_safe(authenticated)
    bag = tlv(0x30, b"".join(tlv(*part) for part in fields))
    kind = bytes.fromhex("060b2a864886f70d010c0a01")
    crl = tlv(0x30, kind + b"\x04" + tlv(0xA0, tlv(0x30, b"")))
    strange = tlv(0x30, kind + b"\x63" + tlv(0xA0, b"\x05\x00"))
    for _ in range(2):
        bag = tlv(0x30, kind + b"\x06" + tlv(0xA0, tlv(0x30, bag)))
    return with_key_bag(authenticated, bag + crl + strange)


def main() -> None:
    windows, mac = parts(read("windows"))
    aes, _ = parts(read("aes256"))
    write("indefinite", indefinite(*elements(read("windows"))[0]))
    inner = indefinite(*elements(windows)[0])
    write("indefinite-inside", pfx(inner, sha1_mac(inner)))
    bent = attributes_bent(windows)
    write("unsorted-attributes", pfx(bent, sha1_mac(bent)))
    deep = nested(windows)
    write("nested", pfx(deep, sha1_mac(deep)))
    write("pbmac1-sha256", pfx(aes, pbmac1(aes, "sha256", bytes.fromhex("06082a864886f70d0209"), 32)))
    write("pbmac1-sha512", pfx(aes, pbmac1(aes, "sha512", bytes.fromhex("06082a864886f70d020b"), 64)))
    write("pbmac1-short-key", pfx(aes, pbmac1(aes, "sha256", bytes.fromhex("06082a864886f70d0209"), 8)))
    middle = len(windows) // 3
    altered = windows[:middle] + bytes((windows[middle] ^ 1,)) + windows[middle + 1 :]
    write("altered", pfx(altered, tlv(0x30, mac)))
    write("no-mac-privacy", pfx(windows))
    write("no-mac-truncated-key", pfx(with_key_bag(windows, shortened_key(windows))))
    write("truncated", read("windows")[:-300])
    write("trailing", read("windows") + b"\r\n")


main()
