"""Words that every report has use for, in the language spoken: statuses, severities, counted things, titles.

The values of Status and Severity themselves are the same in every language; programs read them.
"""

import re

from certwright.model import Place, Severity, Status
from certwright.report.layout import columns_of
from certwright.speech import noted, of_any_product, of_product, tr, trn

SIGNATURES = {  # algorithms by their OID, as RFC 8017, 5758, 8410 and FIPS 204 call them
    "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
    "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
    "1.2.840.10045.4.1": "ecdsa-with-SHA1",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}


def status_word(status: Status) -> str:
    """A verdict as people read it."""
    match status:
        case Status.OK:
            return tr("OK")
        case Status.WARNING:
            return tr("Warning")
        case Status.FAIL:
            return tr("Fail")
    return tr("Skipped")


def status_width() -> int:
    """Columns of the longest of them."""
    return max(columns_of(status_word(status)) for status in Status)


def counted_status(status: Status, number: int) -> str:
    """`3 Fail`."""
    match status:
        case Status.OK:
            return trn("{count} OK", "{count} OK", number)
        case Status.WARNING:
            return trn("{count} Warning", "{count} Warning", number)
        case Status.FAIL:
            return trn("{count} Fail", "{count} Fail", number)
    return trn("{count} Skipped", "{count} Skipped", number)


def severity_word(severity: str) -> str:
    """How much a requirement weighs, as people read it. Other words stay what they are."""
    if severity == Severity.ERROR:
        return tr("error")
    return tr("warning") if severity == Severity.WARNING else severity


def files(number: int) -> str:
    """`1 file`, `2 files`."""
    return trn("{count} file", "{count} files", number)


def certificates(number: int) -> str:
    """`1 certificate`, `2 certificates`."""
    return trn("{count} certificate", "{count} certificates", number)


def demands(number: int) -> str:
    """`1 demand`, `2 demands`."""
    return trn("{count} demand", "{count} demands", number)


def days(number: int) -> str:
    """`1 day`, `2 days`, `-1 days`."""
    return trn("{count} day", "{count} days", number)


# ── titles: English in the plan, because what is delivered is named after them ────────────────────


def place_title(place: Place) -> str:
    """The title of a place."""
    return titled(place.title, place.id, place.product)


_OF_ISSUERS = {  # what the plan calls the authorities of an issuer
    "Root CA": noted("Root CA of {name}"),
    "Issuing CA": noted("Issuing CA of {name}"),
    "Bridge to the root CA": noted("Bridge to the root CA of {name}"),
    "Bridge back from the root CA": noted("Bridge back from the root CA of {name}"),
    "Certification authorities": noted("Certification authorities of {name}"),
}


def titled(title: str, address: str = "", product: str = "") -> str:
    """A title of that product, or of any. The name an address ends with may be a part of it."""
    if ours := re.fullmatch(rf"({'|'.join(_OF_ISSUERS)}) of (.+)", title):
        return tr(_OF_ISSUERS[ours[1]], name=ours[2])
    said = _said(title, product)
    name = address.rpartition("/")[2]
    if said != title or not name:
        return said
    template = title.replace(f" {name}", " {item.name}")
    told = _said(template, product)
    return title if told == template else told.replace("{item.name}", name)


def _said(title: str, product: str) -> str:
    return of_product(product, title) if product else of_any_product(title)
