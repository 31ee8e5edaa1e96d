"""What the web pages of an AD CS say. Pure functions; the pages are somebody else's words, shown only as plain text.

The pages speak the language of their server. What is the same in all of them is read first: links, numbers, codes.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Literal

from certwright.acme.told import plain
from certwright.value import value

_ISSUED = re.compile(r"certnew\.cer\?ReqID=(\d{1,10})&", re.IGNORECASE)
_NUMBER = re.compile(r"Your Request Id is (\d{1,10})|(?<![\w.:/-])(\d{1,10})\.(?=\s|$)", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style|head)\b", re.IGNORECASE)
_SEEN_AGAIN = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "head")}
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_QUOTED = re.compile(r"\"([^\"]{3,500})\"")
_LABELS = re.compile(r"(?:Result|COM Error Info|LastStatus|Suggested Cause):")
_CODE = re.compile(r"0x8[0-9a-f]{7}", re.IGNORECASE)
_FINAL = ("0x80094", "0x80093", "0x80092")  # of the CA, of ASN.1, of the encoding: asking again gives the same
_DENIED = re.compile(r"\bdenied\b", re.IGNORECASE)
MOST_SHOWN = 300
MOST_READ = 500


@value
class Told:
    """What a page says of a request: how it stands, its number at the CA ("" when there is none), why, and a code."""

    state: Literal["issued", "pending", "denied", "failed"]
    number: str = ""
    reason: str = ""
    code: str = ""


def read_submission(page: str) -> Told:
    """The page that answers a request (certfnsh.asp). `failed` is everything that may be otherwise the next time."""
    if found := _ISSUED.search(page):
        return Told("issued", found[1])
    text = visible(page)
    numbers = {one or other for one, other in _NUMBER.findall(text)}
    number = numbers.pop() if len(numbers) == 1 else ""
    reason, code = reason_of(text), code_of(text)
    if code.startswith(_FINAL) or _DENIED.search(text):
        return Told("denied", number, reason, code)
    if number and not code and not _QUOTED.search(text):
        return Told("pending", number, plain(text, MOST_SHOWN))
    return Told("failed", number, reason, code)


def read_standing(page: str, number: str) -> Told:
    """The page that comes instead of a certificate (certnew.cer): the request waits, was denied, or is not known."""
    text = visible(page)
    reason, code = reason_of(text), code_of(text)
    if code.startswith(_FINAL) or _DENIED.search(reason):
        return Told("denied", number, reason, code)
    return Told("failed" if code else "pending", number, reason, code)


def visible(page: str) -> str:
    """The text of a page as people see it, on one line."""
    return " ".join(unescape(_TAGS.sub(" ", "".join(_seen(page)))).split())


def _seen(page: str) -> Iterator[str]:
    """Without scripts, styles and head; looked for so that a hostile page costs no more than its size."""
    at = 0
    while found := _UNSEEN.search(page, at):
        yield page[at : found.start()]
        end = _SEEN_AGAIN[found[1].lower()].search(page, found.end())
        if not end:
            return
        at = end.start()
    yield page[at:]


def reason_of(text: str) -> str:
    """The sentence that matters, out of the text of a page."""
    quoted = _QUOTED.search(text)
    for found in (quoted[1] if quoted else "", _after(text, "Result:"), _after(text, "Disposition message:")):
        if found.strip() not in ("", "(none)", "(never set)"):
            return plain(found.strip(), MOST_SHOWN)
    return plain(text, MOST_SHOWN)


def _after(text: str, label: str) -> str:
    """What stands after that label, up to the next one."""
    return _LABELS.split(text.partition(label)[2][:MOST_READ], maxsplit=1)[0]


def code_of(text: str) -> str:
    """The first error code (HRESULT) in a text, in lower case, or ""."""
    found = _CODE.search(text)
    return found[0].lower() if found else ""
