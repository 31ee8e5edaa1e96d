"""Nobody reads over a shoulder: modes of files and folders, and no secret in any output, script or readable file."""

import base64
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from .delivered import objects, secret_data
from .travelled import Journey

SECRETS = {  # how many files hold a private key
    "azure-local": 27,
    "azure-stack-hub": 56,
    "azure-iot-operations": 7,  # three Secrets, two devices, the connector's key as a file and in a Secret
    "configuration-manager": 17,
    "own-product": 4,
}


def holds_a_key(journey: Journey) -> set[str]:
    """The delivered files with a private key inside, whatever they are called."""
    wrapped = {
        path for path, found in objects(journey) if any(b"PRIVATE" in one for one in secret_data(found).values())
    }
    plain = {path for path in journey.files() if b"PRIVATE KEY" in (journey.out / path).read_bytes()}
    return wrapped | plain | set(journey.opened)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def world_readable(folder: Path) -> Iterator[Path]:
    """Every file that others than its owner may read."""
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and mode(file) & 0o077)


def spellings(secret: str) -> Iterator[bytes]:
    """How a secret may turn up: plain, as Windows writes it, in hexadecimal, and in Base64 at each offset."""
    yield secret.encode()
    yield secret.encode("utf-16-le")
    yield secret.encode().hex().encode()
    for offset in range(3):  # without the characters its neighbours have a say in
        yield base64.b64encode(bytes(offset) + secret.encode())[4 if offset else 0 : -4]


def private_keys(journey: Journey) -> Iterator[bytes]:
    """Every private key, DER."""
    texts = list(journey.opened.values())
    texts += [(journey.out / path).read_text() for path in journey.files() if path.endswith((".key", ".pem"))]
    texts += [one.decode("ascii", "ignore") for _, found in objects(journey) for one in secret_data(found).values()]
    for body in re.findall(r"-----BEGIN PRIVATE KEY-----(.*?)-----END", "".join(texts), re.DOTALL):
        yield base64.b64decode(body)


# ── modes ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_holds_a_key_is_its_owners_alone(journey: Journey) -> None:
    """The program ran with an umask of 0, so that no mode is an accident."""
    secret = holds_a_key(journey)
    assert len(secret) == SECRETS[journey.name]
    for path in journey.files():
        assert mode(journey.out / path) == (0o600 if path in secret else 0o644), path


def test_a_folder_that_holds_a_secret_is_its_owners_alone(journey: Journey) -> None:
    private = {(journey.out / path).parent for path in holds_a_key(journey)}
    folders = [journey.out, *(folder for folder in journey.out.rglob("*") if folder.is_dir())]
    for folder in folders:
        assert mode(folder) == (0o700 if folder in private else 0o755), folder


def test_the_inventory_and_its_secret_are_their_owners_alone(journey: Journey) -> None:
    name = Path(journey.deployment).stem
    state = journey.folder / f"{name}.certwright"
    assert mode(state) == 0o700
    assert {mode(file) for file in state.iterdir()} == {0o600}
    assert mode(journey.folder / f"{name}.unlock") == 0o600


# ── words ─────────────────────────────────────────────────────────────────────────────────────────


def test_no_password_is_anywhere(journey: Journey) -> None:
    """Not even in a file of its owner's: whoever needs a password asks for it."""
    content = {file: file.read_bytes() for file in journey.folder.rglob("*") if file.is_file()}
    content |= {Path(step): f"{said.out}{said.err}".encode() for step, said in journey.said.items()}
    for name, password in journey.passwords.items():
        for spelling in spellings(password):
            assert len(spelling) >= 16
            found = [file for file, text in content.items() if spelling in text]
            assert not found, f"the password of {name}"


def test_the_unlock_secret_is_in_one_file(journey: Journey) -> None:
    home = journey.folder / f"{Path(journey.deployment).stem}.unlock"
    secret = home.read_text().strip()
    assert len(secret) >= 32
    content = {file: file.read_bytes() for file in journey.folder.rglob("*") if file.is_file()}
    content |= {Path(step): f"{said.out}{said.err}".encode() for step, said in journey.said.items()}
    for number, spelling in enumerate(spellings(secret)):
        assert [file for file, text in content.items() if spelling in text] == ([] if number else [home])


def test_no_key_is_where_others_read_nor_in_the_inventory(journey: Journey) -> None:
    """Neither as bytes nor as Base64: 24 bytes from the middle of every key, at each offset."""
    public = [*world_readable(journey.folder), *journey.folder.glob("*.certwright/*")]
    everything = b"".join(file.read_bytes() for file in public)
    everything += "".join(said.out + said.err for said in journey.said.values()).encode()
    unwrapped = b"".join(everything.split())
    keys = set(private_keys(journey))
    assert keys
    for key in keys:
        middle = key[len(key) // 2 :][:24]
        assert len(middle) == 24
        assert middle not in everything
        for offset in range(3):
            assert base64.b64encode(bytes(offset) + middle)[4:-4] not in unwrapped


def test_scripts_hold_no_key_and_ask_for_passwords(journey: Journey) -> None:
    """Nothing secret is an argument either: arguments are seen by everybody on a machine."""
    for path in journey.files():
        if path.endswith((".ps1", ".sh", ".txt")):
            text = (journey.out / path).read_text("utf-8-sig")
            assert not re.search(r"PRIVATE KEY|ConvertTo-SecureString[^\n]*-AsPlainText", text), path
            assert not re.search(r"[A-Za-z0-9+/]{60}", text), f"{path}: something long that no person wrote"
            assert not re.search(r"(?i)(?:password|secret|key)\s*=\s*'[^']+'", without_names(text)), path
            for asked in re.findall(r"Read-Host[^\n]*[Pp]assword[^\n]*", text):
                assert "-AsSecureString" in asked, path


def without_names(text: str) -> str:
    """A script without assignments of names: of a Secret, a key in an object, a key provider."""
    return re.sub(r"\b\w*(?:_secret_name|_key_name|map_key|secret_ref)='[^']*'", "", text)
