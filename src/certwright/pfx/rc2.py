"""RC2 in CBC mode (RFC 2268), decryption only: what Windows and OpenSSL once hid certificates with.

Plain Python because OpenSSL keeps 40-bit RC2 in its legacy provider, which may be absent.
"""

import struct

_PI = bytes.fromhex(  # RFC 2268 section 2: digits of pi
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2"
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec"
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)


def decrypt_cbc(effective_bits: int, key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """The plaintext, padding included. `ciphertext` is whole 8-byte blocks, `iv` 8 bytes."""
    words = _expand(key, effective_bits)
    plaintext = bytearray()
    previous = int.from_bytes(iv, "big")
    for (block,) in struct.iter_unpack(">Q", ciphertext):
        plaintext += (_decrypt_block(words, block) ^ previous).to_bytes(8, "big")
        previous = block
    return bytes(plaintext)


def _expand(key: bytes, effective_bits: int) -> tuple[int, ...]:
    """RFC 2268 section 2: 64 words from the key."""
    table = bytearray(key)
    for i in range(len(key), 128):
        table.append(_PI[(table[i - 1] + table[i - len(key)]) & 0xFF])
    octets = (effective_bits + 7) // 8
    table[128 - octets] = _PI[table[128 - octets] & 0xFF >> (8 * octets - effective_bits)]
    for i in range(127 - octets, -1, -1):
        table[i] = _PI[table[i + 1] ^ table[i + octets]]
    return struct.unpack("<64H", table)


def _decrypt_block(words: tuple[int, ...], block: int) -> int:
    """RFC 2268 section 4: five mixing rounds, a mash, six, a mash, five, all backwards."""
    r = list(struct.unpack("<4H", block.to_bytes(8, "big")))
    for round_ in range(15, -1, -1):
        for i, shift in ((3, 5), (2, 3), (1, 2), (0, 1)):
            turned = (r[i] >> shift | r[i] << 16 - shift) & 0xFFFF
            mixed = words[4 * round_ + i] + (r[i - 1] & r[i - 2]) + (~r[i - 1] & r[i - 3])
            r[i] = (turned - mixed) & 0xFFFF
        if round_ in (11, 5):
            for i in (3, 2, 1, 0):
                r[i] = (r[i] - words[r[i - 1] & 63]) & 0xFFFF
    return int.from_bytes(struct.pack("<4H", *r), "big")
