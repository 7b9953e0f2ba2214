"""Where a request comes from, as far as counting wrong tries needs to know. Pure."""

import ipaddress

UNKNOWN = "unknown"


def source_of(address: str) -> str:
    """An IPv4 address whole, an IPv6 address as its /64, which is one home or one school."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
