"""File facts: the paths a deployment names are replaced by the bytes somebody read for us, their names kept beside."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from certwright.manifest.read import Deployment
from certwright.model import Facts, FactValue


def with_files(deployment: Deployment, contents: Mapping[str, bytes]) -> Deployment:
    """The deployment with every named file's bytes in place. KeyError when a named file is not among the contents.

    A site's fact `root` gains `root_file_name`, a record's field `crl` gains `crl_name`, for use in templates.
    """
    sites = tuple(replace(site, facts=_row(site.facts, contents, "_file_name")) for site in deployment.sites)
    return replace(deployment, sites=sites)


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
