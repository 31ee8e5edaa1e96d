"""The lines of revocation lists (RFC 5280 5.1.2.6) as DER, a million of them: nothing of a line is kept but its octets.

Serials come in hexadecimal and moments in seconds since 1970, as the inventory has them, and nothing is made of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TypeAlias

from cryptography.x509 import ReasonFlags

from certwright.errors import Refused
from certwright.speech import tr

Sheets: TypeAlias = Mapping[int, Sequence[bytearray]]
Line: TypeAlias = tuple[str, int, str]  # serial, moment, reason as RFC 5280 5.3.1 words it, or ""

CODES = {  # RFC 5280 5.3.1
    ReasonFlags.key_compromise: 1,
    ReasonFlags.ca_compromise: 2,
    ReasonFlags.affiliation_changed: 3,
    ReasonFlags.superseded: 4,
    ReasonFlags.cessation_of_operation: 5,
    ReasonFlags.certificate_hold: 6,
    ReasonFlags.remove_from_crl: 8,
    ReasonFlags.privilege_withdrawn: 9,
    ReasonFlags.aa_compromise: 10,
}
REASONS = frozenset(("unspecified", *(flag.value for flag in CODES)))

_REASON = bytes.fromhex("300c300a0603551d1504030a01")  # extensions, of which one: the reason, an enumerated
_WORDS = {"": b"", "unspecified": b""} | {flag.value: _REASON + bytes((code,)) for flag, code in CODES.items()}
_MINUTES = [b"%02d%02d" % divmod(minute, 60) for minute in range(24 * 60)]
_SECONDS = [b"%02dZ" % second for second in range(60)]
_EPOCH = date(1970, 1, 1).toordinal()


class _Days(dict[int, bytes]):
    """Tag, length and date of a Time by the days since 1970: few days, and many lines."""

    def __missing__(self, day: int) -> bytes:
        when = date.fromordinal(_EPOCH + day)
        short = 1950 <= when.year < 2050  # RFC 5280 5.1.2.6: UTCTime while it can say the year
        made = b"\x17\x0d%02d%02d%02d" if short else b"\x18\x0f%04d%02d%02d"
        self[day] = made % (when.year % 100 if short else when.year, when.month, when.day)
        return self[day]


def lines(rows: Iterable[Line]) -> Iterator[tuple[int, bytes]]:
    """Each line's serial and octets. Refused for a reason that nobody knows.

    A serial has at most 76 octets, so that no length takes more than one octet; RFC 5280 allows 20.
    """
    days = _Days()
    for text, moment, reason in rows:
        day, second = divmod(moment, 86400)
        minute, second = divmod(second, 60)
        try:
            told = days[day] + _MINUTES[minute] + _SECONDS[second] + _WORDS[reason]
        except KeyError:
            what = tr("serial {serial} was revoked for no known reason: {reason!r}", serial=text, reason=reason)
            raise Refused(what, tr("use one of {known}", known=", ".join(sorted(REASONS)))) from None
        serial = int(text, 16)
        size = serial.bit_length() // 8 + 1
        yield serial, b"%c%c%c%c%b%b" % (0x30, 2 + size + len(told), 2, size, serial.to_bytes(size, "big"), told)


def sheets(rows: Iterable[Line], counts: Sequence[int]) -> Sheets:
    """The lines, sorted into as many shards as each of `counts` says, by the numbers of shards and shard."""
    made: Sheets = {count: [bytearray() for _ in range(count)] for count in counts}
    piles = list(made.items())
    for serial, line in lines(rows):
        for count, pile in piles:
            pile[serial % count] += line
    return made


def time(moment: datetime) -> bytes:
    """A Time of a list, to the second (RFC 5280 5.1.2.4)."""
    day, second = divmod(int(moment.astimezone(UTC).timestamp()), 86400)
    return _Days()[day] + _MINUTES[second // 60] + _SECONDS[second % 60]
