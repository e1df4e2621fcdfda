"""Which host names mean this machine. Pure: no name is looked up."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: an address of 127.0.0.0/8 or `::1`, `localhost`, or a name below it.

    Names below `localhost` never leave the machine (RFC 6761, section 6.3). `host` is without port and brackets.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        name = host.lower()
        return name == "localhost" or name.endswith(".localhost")
