"""File facts: the paths a deployment names are replaced by the bytes somebody read for us, their names kept beside."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Literal

from certwright.errors import Mistake, Mistakes, Unreadable
from certwright.manifest.issuers import paths_of
from certwright.manifest.read import Deployment
from certwright.model import Facts, FactValue, IssuerWish
from certwright.speech import tr
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

_CHAINS: tuple[Literal["roots"], Literal["chain"]] = ("roots", "chain")


def with_files(deployment: Deployment, contents: Mapping[str, bytes]) -> Deployment:
    """The deployment with every named file's bytes in place. KeyError when a named file is not among the contents.

    An issuer gains the certificates of its `roots` and `chain`; Mistakes, all of them, for a file that holds none, and
    for roots that are none. A site's fact `root` gains `root_file_name`, a record's field `crl` gains `crl_name`, for
    use in templates.
    """
    sites = tuple(replace(site, facts=_row(site.facts, contents, "_file_name")) for site in deployment.sites)
    mistakes: list[Mistake] = []
    issuers = tuple(_with_chains(deployment, wish, contents, mistakes) for wish in deployment.issuers)
    if mistakes:
        raise Mistakes(mistakes)
    return replace(deployment, sites=sites, issuers=issuers)


def _with_chains(
    deployment: Deployment, wish: IssuerWish, contents: Mapping[str, bytes], mistakes: list[Mistake]
) -> IssuerWish:
    """Its files may hold roots and what is below them, in any order: each certificate says what it is."""
    found = {key: _certificates(deployment, paths_of(wish, key), contents, mistakes) for key in _CHAINS}
    roots = [der for der in found["roots"] if read_certificate(der).self_issued]
    if found["roots"] and not roots:
        names = ", ".join(paths_of(wish, "roots"))
        what = tr("{names}: no certificate in it is a root: each was signed by another", names=names)
        hint = tr("name the root under roots:, and what is between it and the certificates under chain:")
        mistakes.append(Mistake(deployment.source, 0, 0, what, hint=hint))
    between = (der for key in _CHAINS for der in found[key] if not read_certificate(der).self_issued)
    return replace(wish, roots=tuple(dict.fromkeys(roots)), chain=tuple(dict.fromkeys(between)))


def _certificates(
    deployment: Deployment, paths: tuple[str, ...], contents: Mapping[str, bytes], mistakes: list[Mistake]
) -> list[bytes]:
    found: list[bytes] = []
    for path in paths:
        try:
            found += certificates_in(contents[path])
        except Unreadable as trouble:
            mistakes.append(Mistake(deployment.source, 0, 0, f"{path}: {trouble.what}", hint=trouble.hint))
    return found


def _row(row: Facts, contents: Mapping[str, bytes], suffix: str) -> Facts:
    found: dict[str, FactValue] = {}
    for key, value in row.items():
        found[key] = _value(value, contents)
        files = [one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Mapping)]
        names = tuple(PurePosixPath(str(one["path"]).replace("\\", "/")).name for one in files if _is_file(one))
        if names:
            found[key + suffix] = names if isinstance(value, tuple) else names[0]
    return found


def _value(value: FactValue, contents: Mapping[str, bytes]) -> FactValue:
    if _is_file(value):
        return contents[str(value["path"])]  # type: ignore[index,call-overload]
    if isinstance(value, Mapping):
        return _row(value, contents, "_name")
    if isinstance(value, tuple):
        return tuple(_value(one, contents) for one in value)
    return value


def _is_file(value: FactValue) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"path"}
