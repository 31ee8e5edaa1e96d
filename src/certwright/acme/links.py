"""Link headers (RFC 8288) as far as ACME uses them: the next page, another chain."""

import re
from urllib.parse import urljoin

MOST_LINKS = 20
_LINK = re.compile(r"<([^<>]{1,2048})>([^<]*)")
_RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


def links(headers: list[str], relation: str, base: str) -> tuple[str, ...]:
    """The targets that stand in that relation, absolute. What cannot be read is not one."""
    found = []
    for header in headers[:MOST_LINKS]:
        for target, rest in _LINK.findall(header[:65536])[:MOST_LINKS]:
            match = _RELATION.search(rest)
            if match and relation in (match[1] or match[2] or "").lower().split():
                found.append(_joined(base, target))
    return tuple(url for url in found if url)


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return ""
