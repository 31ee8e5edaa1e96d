"""The correspondent that is a folder: requests went out as files, and answers are found in what was put there.

An answer is known by its public key; what its file is called, and what else is in it, does not matter.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from functools import cached_property

from certwright.errors import Unreadable
from certwright.issuers import Answer, Declined, Request, Ticket, Waiting
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.facts import CertificateFacts
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate
from certwright.x509.request import read_request

MOST_CERTIFICATES = 20_000
_NOT_ANSWERS = ("txt", "log", "csv", "json", "ps1", "inf", "md", "html", "csr", "req", "p10", "sha256", "sig", "asc")


@value
class Paper:
    """A file somebody put into the folder. `content` is its bytes, or why they cannot be read."""

    name: str
    content: bytes | str = field(repr=False)


@value
class Stray:
    """A certificate that is no answer to a request, with the file it lies in."""

    name: str
    certificate: CertificateFacts


class FileExchange:
    """Answers from a folder: `papers` reads it, once a run; it need not be there. `place` is what to call it.

    `unread` is what could not be read, with the reason, once somebody has asked.
    """

    def __init__(self, papers: Callable[[], Iterable[Paper]], place: str) -> None:
        self._papers = papers
        self._place = place
        self.unread: list[str] = []

    def submit(self, request: Request, ticket: Ticket | None) -> Ticket:
        """Nothing to do: the request lies in the output folder for whoever takes it to the CA."""
        return ticket if ticket is not None else {}

    def collect(self, request: Request, ticket: Ticket) -> tuple[Ticket, Answer | Waiting | Declined]:
        """The certificates for that key, the youngest first, with every authority that lies in the folder."""
        found = sorted(self._found.get(request.spki, ()), key=lambda one: -one[1].not_before.timestamp())
        if not found:
            return ticket, Waiting(tr("no answer in {folder} yet", folder=self._place))
        first, *more = (Answer(facts.der, self._authorities, name) for name, facts in found)
        return ticket, Answer(first.certificate, first.chain, first.source, tuple(more))

    def strays(self, expected: Container[bytes]) -> list[Stray]:
        """Certificates of nobody among these keys (SPKI), authorities aside."""
        return [
            Stray(name, facts)
            for spki, found in self._found.items()
            if spki not in expected
            for name, facts in found
            if not facts.authority
        ]

    @cached_property
    def _found(self) -> dict[bytes, list[tuple[str, CertificateFacts]]]:
        """Every certificate of the folder once, by its key, with the first file it lies in."""
        found: dict[bytes, list[tuple[str, CertificateFacts]]] = defaultdict(list)
        seen: set[bytes] = set()
        for paper in self._papers():
            for facts in self._read(paper):
                if facts.der not in seen and len(seen) < MOST_CERTIFICATES:
                    seen.add(facts.der)
                    found[facts.key.spki].append((paper.name, facts))
        return found

    @cached_property
    def _authorities(self) -> tuple[bytes, ...]:
        return tuple(facts.der for found in self._found.values() for _, facts in found if facts.authority)

    def _read(self, paper: Paper) -> tuple[CertificateFacts, ...]:
        if isinstance(paper.content, str):
            self.unread.append(f"{paper.name}: {paper.content}")
            return ()
        try:
            return tuple(read_certificate(der) for der in certificates_in(paper.content))
        except Unreadable as trouble:
            if paper.name.rpartition(".")[2].lower() not in _NOT_ANSWERS and not _is_request(paper.content):
                self.unread.append(f"{paper.name}: {trouble}")
            return ()


def _is_request(content: bytes) -> bool:
    if b"CERTIFICATE REQUEST-----" in content:
        return True
    try:
        read_request(content)
    except Unreadable:
        return False
    return True
