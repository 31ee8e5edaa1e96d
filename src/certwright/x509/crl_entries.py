"""What a revocation list names, by serial: read from its octets whenever it is asked for, so it fills no memory."""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.x509.facts import Revoked
from certwright.x509.signature import HOSTILE


class Entries(Mapping[int, Revoked]):
    """The lines of a list. A single one is searched for from end to end; whoever asks often makes an index first."""

    def __init__(self, loaded: x509.CertificateRevocationList, count: int) -> None:
        self._loaded, self._count = loaded, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        return (one.serial_number for one in self._loaded) if self._count else iter(())

    def __getitem__(self, serial: int) -> Revoked:
        found = self._loaded.get_revoked_certificate_by_serial_number(serial) if self._count else None
        if found is None:
            raise KeyError(serial)
        return read_line(found)[0]

    def items(self) -> ItemsView[int, Revoked]:
        return _Items(self)

    def values(self) -> ValuesView[Revoked]:
        return _Values(self)

    def lines(self) -> Iterator[Revoked]:
        """All of them, in one pass."""
        return (read_line(one)[0] for one in self._loaded) if self._count else iter(())

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self._loaded.public_bytes(Encoding.DER), self._count)


class _Items(ItemsView[int, Revoked]):
    """In one pass, where looking each up would take as many as there are lines."""

    def __init__(self, entries: Entries) -> None:
        super().__init__(entries)
        self._entries = entries

    def __iter__(self) -> Iterator[tuple[int, Revoked]]:
        return ((one.serial, one) for one in self._entries.lines())


class _Values(ValuesView[Revoked]):
    def __init__(self, entries: Entries) -> None:
        super().__init__(entries)
        self._entries = entries

    def __iter__(self) -> Iterator[Revoked]:
        return self._entries.lines()


def read_line(one: x509.RevokedCertificate) -> tuple[Revoked, str]:
    """A line, and why its reason could not be read; "" when it could, or has none."""
    try:
        reason, trouble = one.extensions.get_extension_for_class(x509.CRLReason).value.reason.value, ""
    except x509.ExtensionNotFound:
        reason, trouble = "", ""
    except HOSTILE as failure:
        reason, trouble = "", str(failure) or type(failure).__name__
    return Revoked(one.serial_number, one.revocation_date_utc, reason), trouble


def _again(der: bytes, count: int) -> Entries:
    return Entries(x509.load_der_x509_crl(der), count)
