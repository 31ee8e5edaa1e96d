"""Sentences that are written down now and said later, in the language of whoever reads them then.

While `kept` holds, `tr` and `trn` give the sentence and its values instead of words; `said` makes words of it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from string import Formatter

from certwright.speech import END, KEPT, START, speaking, tr, trn

_KEPT = re.compile(f"{START}([^{START}{END}]*){END}")
_MARKS = re.compile(f"[{START}{END}]")
_SPEC = re.compile(r"g|0\d[xX]|(?:%[YmdHMS][-:. ]?){0,6}")  # of a placeholder: what our sentences use, and nothing wide


@contextmanager
def kept() -> Iterator[None]:
    """Every sentence until the end is kept, however texts are put together from them."""
    with speaking(KEPT):
        yield


def said(text: str) -> str:
    """The text with every sentence that was kept in it, in the language spoken. Any other text comes out as it is.

    Where somebody else's words were made to look like one of our sentences, they come out as they stand.
    """
    return _MARKS.sub("", _KEPT.sub(lambda found: _said(found[1]), text))


def changed(text: str, change: Callable[[str], str]) -> str:
    """The text after `change` of what stands in it beside sentences that are kept, of their values, and of those that
    have none: commands, above all.
    """
    parts, at = [], 0
    for found in _KEPT.finditer(text):
        texts, values = json.loads(found[1])
        told = {name: changed(one, change) if isinstance(one, str) else one for name, one in values.items()}
        own = texts if values else [change(one) for one in texts]
        parts += [change(text[at : found.start()]), START, json.dumps([own, told]), END]
        at = found.end()
    return "".join((*parts, change(text[at:])))


def _said(inside: str) -> str:
    try:
        texts, values = json.loads(inside)
        if not all(map(_is_ours, texts)):
            return inside
        words = {name: _value(one) for name, one in values.items()}
        if len(texts) == 1:
            return tr(texts[0], **words)
        one, many = texts
        return trn(one, many, int(str(words.pop("count"))), **words)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return inside  # none of ours after all


def _is_ours(text: str) -> bool:
    """Whether its placeholders are plain: a template of somebody else's could reach into values, or fill the memory."""
    return all(
        name is None or (name.isidentifier() and _SPEC.fullmatch(spec or "") and how in (None, "r"))
        for _, name, spec, how in Formatter().parse(text)
    )


def _value(one: object) -> object:
    if isinstance(one, Mapping):
        return datetime.fromisoformat(str(one["at"])) if "at" in one else date.fromisoformat(str(one["on"]))
    return said(one) if isinstance(one, str) else one
