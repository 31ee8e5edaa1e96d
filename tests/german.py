"""Hears English in what is said in German."""

import re

_ENGLISH = re.compile(
    r"(?<![\w.-])(the|is|are|it|its|of|and|or|with|without|has|have|holds|found|expected|does|cannot|from|which|this|that"
    r"|there|no|not|a|password|file|certificate|signature|signed|issuer|key|missing|needs)(?![\w.:-])"
)


def english(*texts: str) -> list[str]:
    """The English words in these texts."""
    return [word for text in texts for word in _ENGLISH.findall(text)]
