"""dns-01 answered by updating a zone (RFC 2136), signed with a TSIG key (RFC 8945) that stands in a file.

A record that is an alias leads to where the update goes, so that a zone of its own can be set aside for this.
"""

import base64
import re
import socket
from collections import defaultdict
from collections.abc import Mapping, Sequence

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update

from certwright.acme.challenges import dns_record, dns_value
from certwright.acme.proof import DNS
from certwright.acme.told import plain
from certwright.errors import Broken, Refused
from certwright.issuers.acme.solvers import Proof
from certwright.speech import tr

TTL = 60  # seconds
PATIENCE = 10.0  # seconds for one answer
MOST_ALIASES = 8
_QUOTED_OR_COMMENT = re.compile(r'(?P<quoted>"[^"\n]*")|(?://|#)[^\n]*|/\*.*?\*/', re.DOTALL)  # base64 has "//" too
_KEY = re.compile(r'key\s+"?([A-Za-z0-9._-]+)"?\s*\{([^{}]*)\}', re.DOTALL)
_PART = re.compile(r'(algorithm|secret)\s+"?([^\s";]+)"?\s*;')


def read_key(content: bytes, file: str) -> dns.tsig.Key:
    """The TSIG key of a file as tsig-keygen writes it. Refused when there is none in it."""
    text = _QUOTED_OR_COMMENT.sub(lambda part: part["quoted"] or "", content.decode("utf-8", "replace"))
    found = _KEY.search(text)
    parts = dict(_PART.findall(found[2])) if found else {}
    try:
        if found and parts.keys() == {"algorithm", "secret"}:
            secret = base64.b64decode(parts["secret"], validate=True)
            return dns.tsig.Key(found[1], secret, dns.name.from_text(parts["algorithm"]))
    except (dns.exception.DNSException, ValueError) as reason:
        raise Refused(tr("{file} holds a TSIG key that cannot be read", file=file), _KEYGEN) from reason
    raise Refused(tr("{file} holds no TSIG key", file=file), _KEYGEN)


_KEYGEN = "tsig-keygen -a hmac-sha256 certwright > tsig.key"


class Update:
    """Sends updates to `server` (host, port). Without a `zone` the server is asked which one a record is in."""

    kind, lasting = DNS, True

    def __init__(self, server: tuple[str, int], zone: str = "", key: dns.tsig.Key | None = None) -> None:
        self._server = server
        self._zone = zone
        self._key = key
        self._places: dict[str, tuple[dns.name.Name, dns.name.Name]] = {}

    def put_up(self, proofs: Sequence[Proof]) -> None:
        self._change(proofs, add=True)

    def take_away(self, proofs: Sequence[Proof]) -> None:
        self._change(proofs, add=False)

    def _change(self, proofs: Sequence[Proof], *, add: bool) -> None:
        zones: Mapping[dns.name.Name, list[tuple[dns.name.Name, str]]] = defaultdict(list)
        for one in proofs:
            zone, record = self._place(dns_record(one.identifier.value))
            zones[zone].append((record, dns_value(one.authorization)))
        for zone, records in zones.items():
            message = dns.update.UpdateMessage(
                zone,
                keyring=self._key,
                keyname=self._key.name if self._key else None,
                keyalgorithm=self._key.algorithm if self._key else dns.tsig.default_algorithm,
            )
            for record, value in records:
                if add:
                    message.add(record, TTL, "TXT", value)
                else:
                    message.delete(record, "TXT", value)
            self._accepted(self._sent(message), zone)

    def _accepted(self, answer: dns.message.Message, zone: dns.name.Name) -> None:
        if answer.rcode() == dns.rcode.NOERROR:
            return
        raise Refused(
            tr(
                "the name server {server} refused the update of {zone} ({code})",
                server=self._server[0],
                zone=zone.to_text(omit_final_dot=True),
                code=dns.rcode.to_text(answer.rcode()),
            ),
            tr("let the TSIG key update TXT records there (update-policy), or correct server:, zone: and key:"),
        )

    def _place(self, record: str) -> tuple[dns.name.Name, dns.name.Name]:
        """Zone and name where the record really is."""
        if record not in self._places:
            self._places[record] = self._looked_up(dns.name.from_text(record))
        return self._places[record]

    def _looked_up(self, name: dns.name.Name) -> tuple[dns.name.Name, dns.name.Name]:
        for _ in range(MOST_ALIASES):
            answer = self._sent(_query(name, dns.rdatatype.CNAME))
            alias = answer.get_rrset(dns.message.ANSWER, name, dns.rdataclass.IN, dns.rdatatype.CNAME)
            if alias is None:
                return self._zone_of(name), name
            name = alias[0].target
        raise Refused(tr("{name} leads from alias to alias", name=name.to_text()), tr("correct its CNAME records"))

    def _zone_of(self, name: dns.name.Name) -> dns.name.Name:
        if self._zone:
            zone = dns.name.from_text(self._zone)
            if not name.is_subdomain(zone):
                raise Refused(
                    tr("{name} does not lie in the zone {zone}", name=name.to_text(), zone=self._zone),
                    tr("correct zone:, or leave it out: the server is asked then"),
                )
            return zone
        answer = self._sent(_query(name, dns.rdatatype.SOA))
        for section in (answer.answer, answer.authority):
            for rrset in section:
                if rrset.rdtype == dns.rdatatype.SOA and name.is_subdomain(rrset.name):
                    return rrset.name
        raise Refused(
            tr("the name server {server} knows no zone of {name}", server=self._server[0], name=name.to_text()),
            tr("name the server that holds the zone as server:"),
        )

    def _sent(self, message: dns.message.Message) -> dns.message.Message:
        host, port = self._server
        try:
            address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
            return dns.query.tcp(message, str(address), timeout=PATIENCE, port=port)
        except (dns.exception.DNSException, OSError) as failure:
            reason = plain(str(failure)) or type(failure).__name__
            raise Broken(
                tr("the name server {server} cannot be used ({reason})", server=f"{host}:{port}", reason=reason),
                tr("see that it is reached over TCP and knows the key of key:, and that both clocks are right"),
            ) from failure


def _query(name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
    message = dns.message.make_query(name, kind)
    message.flags &= ~dns.flags.RD
    return message
