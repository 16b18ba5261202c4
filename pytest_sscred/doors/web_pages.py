"""Who may use the endpoint: programs, and not a web page that a browser shows on this machine.

A page may send to any port of the machine, by an image or a form, and may read what comes back once
its host's name leads here (DNS rebinding). Who asks is in headers that no page can change.
"""

from __future__ import annotations

import functools
import ipaddress
from email.message import Message
from urllib.parse import urlsplit

from pytest_sscred.partitions import is_aws_host
from pytest_sscred.text import excerpt

_FROM_A_CONTAINER = "host.docker.internal"  # no web page's host: only Docker has it lead here
_OWN_SITES = ("same-origin", "none")  # none: the user has typed the address


def why_refused(headers: Message, port: int) -> str | None:
    """The message to a web page; None for a program, and for a page of this port.

    A program's `Host` is the address it was given, or AWS's if this is its proxy.
    """
    for host in headers.get_all("Host", []):
        if not _is_ours(f"http://{host}", port) and not is_aws_host(f"http://{host}"):
            return _for("Host", host)
    for origin in headers.get_all("Origin", []):
        if not _is_ours(origin, port):
            return _for("Origin", origin)
    for site in headers.get_all("Sec-Fetch-Site", []):
        if site not in _OWN_SITES:
            return _for("Sec-Fetch-Site", site)
    return None


def _for(name: str, value: str) -> str:
    return f"pytest-sscred answers programs that call 127.0.0.1, not web pages: {name} is " + (
        excerpt(value)
    )


@functools.lru_cache(maxsize=64)
def _is_ours(url: str, port: int) -> bool:
    """Whether a URL leads to this port by one of the machine's own names and addresses."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "http" or (parts.port or 80) != port:
            return False
        if host == _FROM_A_CONTAINER:
            return True
        # Browsers never look up `localhost` and the names below it (RFC 6761, 6.3).
        return f".{host}".endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:  # neither a URL nor an address
        return False
