"""What an IP address is for, by the registries of IANA. Anything but a public address has to be named to be asked."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Literal, TypeAlias

from certwright.value import value

IPAddress: TypeAlias = IPv4Address | IPv6Address
IPNetwork: TypeAlias = IPv4Network | IPv6Network
Family = Literal["public", "private", "loopback", "special"]


@value
class Kind:
    """What a range of addresses is for. `family` decides what naming a host permits, `name` stays untranslated."""

    family: Family
    name: str
    network: IPNetwork | None = None

    def __str__(self) -> str:
        return f"{self.name}, {self.network}" if self.network else self.name


PUBLIC = Kind("public", "public")

_ROWS: tuple[tuple[Family, str, str], ...] = (  # the first that fits
    ("special", "unspecified", "0.0.0.0/8 ::/128"),
    ("private", "private, RFC 1918", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"),
    ("private", "shared, RFC 6598", "100.64.0.0/10"),
    ("private", "unique local, RFC 4193", "fc00::/7"),
    ("loopback", "loopback", "127.0.0.0/8 ::1/128"),
    ("special", "link-local", "169.254.0.0/16 fe80::/10"),  # the metadata of most clouds lives there
    ("special", "Azure platform", "168.63.129.16/32"),  # WireServer, seen from every virtual machine of Azure
    ("special", "multicast", "224.0.0.0/4 ff00::/8"),
    ("special", "IPv4-mapped, RFC 4291", "::ffff:0:0/96"),
    ("special", "IPv4-compatible, RFC 4291", "::/96"),
    ("special", "IPv4-translated, RFC 2765", "::ffff:0:0:0/96"),
    ("special", "NAT64, RFC 6052", "64:ff9b::/96 64:ff9b:1::/48"),
    ("special", "6to4, RFC 3056", "2002::/16 192.88.99.0/24"),
    ("special", "Teredo, RFC 4380", "2001::/32"),
    ("special", "documentation", "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20"),
    ("special", "protocol assignments, RFC 6890", "192.0.0.0/24 2001::/23"),
    ("special", "benchmarking, RFC 2544", "198.18.0.0/15"),
    ("special", "reserved", "240.0.0.0/4"),
    ("public", "public", "0.0.0.0/0 2000::/3"),
    ("special", "reserved", "::/0"),  # IANA has given out nothing beyond 2000::/3 as public
)
_KINDS = tuple(
    Kind(family, name, ip_network(network)) for family, name, networks in _ROWS for network in networks.split()
)


def kind_of(address: IPAddress) -> Kind:
    """What that address is for. What IANA or Python call special is never public."""
    kind = next(
        one for one in _KINDS if one.network and address.version == one.network.version and address in one.network
    )
    if kind.family != "public":
        return kind
    return PUBLIC if address.is_global else Kind("special", "reserved")
