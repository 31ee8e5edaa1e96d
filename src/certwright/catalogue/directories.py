"""Which ACME directories belong to CAs of the public web PKI, as data of the catalogue."""

import tomllib
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from certwright.catalogue import SOURCES


@cache
def _hosts() -> Mapping[str, str]:
    told = tomllib.loads((SOURCES / "public-directories.toml").read_text("utf-8"))["directories"]
    return {host: one["name"] for one in told for host in one["hosts"]}


def public_directory(url: str) -> str:
    """The name of the public CA whose ACME directory that is; "" when it is none we know."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    return next((name for known, name in _hosts().items() if host == known or host.endswith(f".{known}")), "")


def is_public_directory(url: str) -> bool:
    """Whether that ACME directory belongs to a CA of the public web PKI, with its limits (see `catalogue.public`)."""
    return bool(public_directory(url))
