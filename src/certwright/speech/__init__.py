"""What we say, in the language of who reads it: English as it stands in the source, others from gettext catalogues.

The language is ambient, unlike everything else that comes from outside: no decision may depend on it, only wording.
What is delivered, sealed or logged is English.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

LANGUAGES = ("en", "de")
CODE = "certwright"  # the catalogue of what the program itself says; each product has one of its own
KEPT = "later"  # no language: sentences are written down to be said later, see `later`
START, END = "\x0e", "\x0f"  # around a sentence that is kept

_spoken: ContextVar[str] = ContextVar("spoken", default="en")


def tr(text: str, /, **values: object) -> str:
    """`text` in the language spoken, its `{placeholders}` filled in. What has no translation stays English."""
    if (language := _spoken.get()) == KEPT:
        return _kept((text,), values)
    spoken = text if language == "en" else _said(_catalogue(language, CODE), text)
    return spoken.format_map(values) if values else spoken


def trn(one: str, many: str, /, count: int, **values: object) -> str:
    """`one` or `many`, by `count`, which is a placeholder too."""
    if (language := _spoken.get()) == KEPT:
        return _kept((one, many), {"count": count, **values})
    spoken = _catalogue(language, CODE).ngettext(one, many, count)
    return spoken.format_map({"count": count, **values})


def _said(catalogue: NullTranslations, text: str) -> str:
    """Its translation. Python 3.11.2 finds one that has a plural only when it is asked for the singular."""
    spoken = catalogue.gettext(text)
    return catalogue.ngettext(text, text, 1) if spoken == text else spoken


def _kept(texts: tuple[str, ...], values: Mapping[str, object]) -> str:
    """A sentence with its values, which may be sentences themselves."""
    return f"{START}{json.dumps([texts, {name: _plain(one) for name, one in values.items()}])}{END}"


def _plain(one: object) -> object:
    if isinstance(one, date):
        return {"at" if isinstance(one, datetime) else "on": one.isoformat()}
    return one if isinstance(one, bool | int | float) else str(one)


def noted(text: str, /) -> str:
    """Marks a sentence that is said elsewhere, by `tr(that)`: a constant, or a part of what is said only if need be."""
    return text


def os_words(failure: OSError) -> str:
    """What the operating system says, in the language spoken where we know it; the system's own words otherwise."""
    return tr(failure.strerror) if failure.strerror else type(failure).__name__


_OF_SYSTEMS = (  # strerror of Linux, in English wherever Python runs
    noted("No such file or directory"),
    noted("Permission denied"),
    noted("Operation not permitted"),
    noted("Is a directory"),
    noted("Not a directory"),
    noted("Directory not empty"),
    noted("File exists"),
    noted("File name too long"),
    noted("No space left on device"),
    noted("Disk quota exceeded"),
    noted("Read-only file system"),
    noted("Too many levels of symbolic links"),
    noted("Too many open files"),
    noted("Input/output error"),
    noted("Device or resource busy"),
    noted("File too large"),
)


def of_product(product: str, text: str) -> str:
    """A sentence of a product's file. Its own placeholders are left to whoever binds it."""
    return text if (language := _spoken.get()) == "en" or not text else _catalogue(language, product).gettext(text)


def of_any_product(text: str) -> str:
    """The same for a sentence of whatever product: the first that has words for it."""
    if _spoken.get() == "en":
        return text
    return next((said for product in _products(_spoken.get()) if (said := of_product(product, text)) != text), text)


def catalogues() -> str:
    """The folder of the catalogues, as gettext itself wants it; click's own words are in it, too."""
    return str(Path(__file__).parent)


def spoken() -> str:
    """The language spoken now: one of LANGUAGES."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak that language, one of LANGUAGES, until the end."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def preferred(environment: Mapping[str, str]) -> str:
    """The language a POSIX environment asks for (LANGUAGE, then LC_ALL, LC_MESSAGES, LANG); English if we have none."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    if locale.partition(".")[0] in ("", "C", "POSIX"):  # then LANGUAGE is not looked at, as in gettext
        return "en"
    wishes = [*environment.get("LANGUAGE", "").split(":"), locale]
    return next((language for wish in wishes if (language := wish[:2].lower()) in LANGUAGES), "en")


@cache
def _products(language: str) -> tuple[str, ...]:
    files = sorted((Path(__file__).parent / language).glob("*.mo"))
    return tuple(file.stem for file in files if file.stem not in (CODE, "click"))


@cache
def _catalogue(language: str, domain: str) -> NullTranslations:
    file = Path(__file__).parent / language / f"{domain}.mo"
    if not file.is_file():  # English, or a product of the user's own
        return NullTranslations()
    with file.open("rb") as stream:
        return GNUTranslations(stream)
