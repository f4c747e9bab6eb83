"""The client of the current request: the name of its key, or its address if there are no keys.

Valid within a request, after the key lookup.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address

from flask import g, request

ANONYMOUS_OWNER = "anyone"
"""Owner of all jobs if there are no keys."""


def current_client() -> str:
    """Client that rate limits count: ``key:NAME``, or ``address:…`` if there are no keys.

    Do not show it to other clients.

    >>> from flask import Flask
    >>> with Flask("x").test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
    ...     current_client()
    'address:192.0.2.7'
    """
    name = g.get("key_name")
    return f"key:{name}" if name else f"address:{network_prefix(request.remote_addr or '')}"


def current_owner() -> str:
    """Owner of the jobs that the request creates or reads: ``key:NAME``, or ``anyone``.

    Addresses are not owners: they change, and many clients share one.

    >>> from flask import Flask
    >>> with Flask("x").test_request_context():
    ...     current_owner()
    'anyone'
    """
    name = g.get("key_name")
    return f"key:{name}" if name else ANONYMOUS_OWNER


@lru_cache(maxsize=4096)
def network_prefix(address: str) -> str:
    """Part of an address that identifies a client: the /64 network of IPv6, all of IPv4.

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
