"""The PKCS#11 tokens a deployment file names, for keys that are made in hardware. The PIN stands in a file."""

import re
from collections.abc import Mapping

from certwright.manifest.reading import Reading
from certwright.manifest.tree import Spot
from certwright.speech import noted, tr
from certwright.value import value

TOKEN: Mapping[str, str] = {
    "kind": noted("pkcs11"),
    "module": noted("the library of the token's maker, a file such as /usr/lib/softhsm/libsofthsm2.so"),
    "token": noted("the token's label"),
    "pin_file": noted("a file whose first line is the user's PIN"),
}


@value
class TokenWish:
    """A token under the name the deployment file gives it. `pin_file` is a path relative to that file."""

    name: str
    module: str
    token: str
    pin_file: str


def read_tokens(reading: Reading, top: Mapping[str, Spot]) -> dict[str, TokenWish]:
    """The tokens by name; none when the file names none. Mistakes are noted in `reading`."""
    if "keys" not in top:
        return {}
    spot = top["keys"]
    if not isinstance(spot.value, dict):
        reading.wrong(spot, tr("keys must be a mapping"), expected=tr("<name>: with its module, token and pin_file"))
        return {}
    found = {}
    for name, one in spot.value.items():
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", name):
            reading.wrong(
                spot.keys[name], tr("no name for a token"), expected=tr("lower-case letters, digits, hyphens")
            )
        found[name] = _token(reading, name, one)
    return found


def _token(reading: Reading, name: str, spot: Spot) -> TokenWish:
    own = reading.mapping(spot, tr("keys {name}", name=name), TOKEN)
    if (kind := reading.text(own, "kind", "pkcs11")) != "pkcs11":
        reading.wrong(own["kind"], tr("no such kind of keys"), expected="pkcs11", found=kind)
    for key in ("module", "token", "pin_file"):
        if key not in own:
            reading.wrong(spot, tr("{what} lacks {key}", what=tr("keys {name}", name=name), key=key), found="")
    return TokenWish(name, *(reading.text(own, key, "") for key in ("module", "token", "pin_file")))
