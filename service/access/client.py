"""Who calls: by the name of the key where keys are on, by the address where they are off.

Read it in a request, after the guard has looked at the key.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address

from flask import g, request

ANONYMOUS_OWNER = "anyone"
"""Whose everything is where no keys are on."""


def current_client() -> str:
    """Whom the request counts for: ``key:NAME``, or ``address:…`` where keys are off.

    Not for the eyes of other clients.

    >>> from flask import Flask
    >>> with Flask("x").test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
    ...     current_client()
    'address:192.0.2.7'
    """
    name = g.get("key_name")
    return f"key:{name}" if name else f"address:{network_prefix(request.remote_addr or '')}"


def current_owner() -> str:
    """Whose the things are that the request makes or asks for: the key's, or ``anyone``'s.

    Addresses own nothing: they change, and many clients share one.

    >>> from flask import Flask
    >>> with Flask("x").test_request_context():
    ...     current_owner()
    'anyone'
    """
    name = g.get("key_name")
    return f"key:{name}" if name else ANONYMOUS_OWNER


@lru_cache(maxsize=4096)
def network_prefix(address: str) -> str:
    """What one client's addresses have in common: an IPv6 client has a whole /64 to call from.

    >>> network_prefix("2001:db8:1:2:a:b:c:d")
    '2001:db8:1:2::/64'
    >>> network_prefix("::ffff:192.0.2.7")
    '192.0.2.7'
    >>> network_prefix("no address")
    'unknown'
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        inner = parsed.ipv4_mapped
        return str(inner or IPv6Network((parsed, 64), strict=False))
    return str(parsed)
