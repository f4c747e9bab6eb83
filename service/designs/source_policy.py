"""Whether the service runs a source that a client sends."""

from __future__ import annotations

import re

from designer.errors import SourceNotRun
from service.settings.access import is_loopback
from service.settings.config import Config

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:[0-9]{1,5})?", re.ASCII)


def refuse_source(config: Config, *, host: str) -> None:
    """Refuse to run a source unless the operator allows it; ``host`` is that of the request.

    With ``auto``, the service must ask for keys, or listen on a loopback address without a proxy and
    be called by one: a page of another site that rebinds its name to this address is called by its
    own name, and requests that a proxy passes on may come from anywhere.

    >>> refuse_source(Config(), host="127.0.0.1:8000")
    >>> refuse_source(Config(run_source="always", host="0.0.0.0"), host="example.org")
    >>> refuse_source(Config(), host="example.org:8000")
    Traceback (most recent call last):
    designer.errors.SourceNotRun: sources are run for requests to a loopback address only, not to example.org

    Raises:
        SourceNotRun: with the reason.
    """
    if config.run_source == "never":
        raise SourceNotRun("running_sources_off")
    if config.run_source == "always" or config.key_ring:
        return
    if not is_loopback(config.host) or config.trusted_proxies:
        raise SourceNotRun("open_address")
    name = host_name(host)
    if not is_loopback(name):
        raise SourceNotRun("foreign_host", host=name)


def host_name(host: str) -> str:
    """The name in a Host header in lower case, without its port; of an invalid one, all of it.

    >>> host_name("[::1]:8000"), host_name("Localhost:8000"), host_name("127.0.0.1:80@evil.example")
    ('[::1]', 'localhost', '127.0.0.1:80@evil.example')
    """
    found = _HOST.fullmatch(host)
    return (found["name"] if found else host).lower()
