"""Waiting until name servers show a record, before a CA is asked to look: secondaries follow their primary slowly."""

import socket
from collections.abc import Callable, Sequence

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rdataclass
import dns.rdatatype

from certwright.acme.challenges import dns_record, dns_value
from certwright.errors import Broken
from certwright.issuers.acme.solvers import Proof, Solver
from certwright.speech import tr

PAUSE = 2.0  # seconds between two looks
PATIENCE = 2.0  # seconds for one answer
MOST_ALIASES = 8


class Seen:
    """Another solver for dns-01, and patience until all of `servers` show what it put up, `wait` seconds at most."""

    def __init__(
        self, solver: Solver, servers: Sequence[tuple[str, int]], wait: float, sleep: Callable[[float], None]
    ) -> None:
        self.kind, self.lasting = solver.kind, solver.lasting
        self._solver = solver
        self._servers = servers
        self._wait = wait
        self._sleep = sleep

    def put_up(self, proofs: Sequence[Proof]) -> None:
        self._solver.put_up(proofs)
        for server in self._servers:
            for one in proofs:
                self._wait_for(server, dns_record(one.identifier.value), dns_value(one.authorization))

    def take_away(self, proofs: Sequence[Proof]) -> None:
        self._solver.take_away(proofs)

    def _wait_for(self, server: tuple[str, int], record: str, value: str) -> None:
        for _ in range(max(1, int(self._wait / PAUSE))):
            if _shows(server, record, value):
                return
            self._sleep(PAUSE)
        raise Broken(
            tr(
                "{server} does not show the record {record} after {seconds} s",
                server=f"{server[0]}:{server[1]}",
                record=record,
                seconds=int(self._wait),
            ),
            tr("see that it gets the zone from the server that is updated, or wait longer with wait:"),
        )


def _shows(server: tuple[str, int], record: str, value: str) -> bool:
    """Whether the record stands there now, or where its alias leads; a server that does not answer shows nothing."""
    name = dns.name.from_text(record)
    for _ in range(MOST_ALIASES):
        try:
            address = str(socket.getaddrinfo(*server, type=socket.SOCK_DGRAM)[0][4][0])
            query = dns.message.make_query(name, dns.rdatatype.TXT)
            found, _tcp = dns.query.udp_with_fallback(query, address, timeout=PATIENCE, port=server[1])
        except (dns.exception.DNSException, OSError):
            return False
        texts = (rdata for rrset in found.answer if rrset.rdtype == dns.rdatatype.TXT for rdata in rrset)
        if any(b"".join(rdata.strings) == value.encode("ascii") for rdata in texts):
            return True
        alias = found.get_rrset(dns.message.ANSWER, name, dns.rdataclass.IN, dns.rdatatype.CNAME)
        if alias is None:
            return False
        name = alias[0].target
    return False
