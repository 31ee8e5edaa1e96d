"""Which packages hold a private key: known from the plan alone, before anything is packed."""

from certwright.model import Package

_CLEAR = frozenset(("pem-key", "der-key", "kubernetes-tls-secret", "keyvault-key"))


def holds_secret(package: Package) -> bool:
    """Whether its file is for its owner alone."""
    return package.form == "pfx" or holds_clear_key(package)


def holds_clear_key(package: Package) -> bool:
    """Whether a private key is in it that no password locks."""
    rows = package.options.get("entries", ())
    pairs = [row for row in rows if isinstance(row, tuple | list)] if isinstance(rows, tuple | list) else []
    return package.form in _CLEAR or "key" in {package.options.get("entry"), *(row[-1] for row in pairs if row)}
