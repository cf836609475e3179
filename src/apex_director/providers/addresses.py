"""Which addresses may be spoken to: https anywhere, plain http to this machine only, and fetched
pictures never from a private network.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import SplitResult, urljoin, urlsplit

from apex_director.core.errors import ConfigError

from .outcomes import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine by its name alone; nobody is asked."""
    if host.lower().rstrip(".") == "localhost":
        return True
    address = _literal(host)
    return address is not None and address.is_loopback


def base_address(url: str, where: str) -> str:
    """The base address of a service, checked, without a slash at its end.

    Raises
    ------
    ConfigError
        It is no address, is plain http to another machine, or carries a name and a password.
    """
    parts = _split(url.strip())
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _config("this is no http address", where, "Give one such as https://host/path.")
    if parts.username or parts.password:
        raise _config(
            "an address may not carry a name and a password", where, "Give the key by itself."
        )
    if parts.query or parts.fragment:
        raise _config("a base address ends before '?' and '#'", where, "Give host and path alone.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise _config(
            f"plain http to {parts.hostname} would send keys in the open",
            where,
            "Use https; plain http is for this machine only (127.0.0.1).",
        )
    return url.strip().rstrip("/")


def joined(base: str, url: str) -> str:
    """An address as it stands on a page of ``base``; empty if it is none."""
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address: where a key may be sent."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme.lower(), (parts.hostname or "").lower(), port


def fetch_address(
    url: str, *, base: str, where: str, allowed_hosts: Sequence[str] | None, proxied: bool
) -> str:
    """Check an address that an answer named, and say which network address to ask.

    Parameters
    ----------
    url : str
        Absolute address.
    base : str
        The service's own base address: its origin is always allowed, and one on this machine may
        name private addresses.
    allowed_hosts : sequence of str or None
        Hosts it may lead to (with everything below them); None allows any public one.
    proxied : bool
        A proxy resolves the name, so that there is no address to hold on to.

    Returns
    -------
    str
        The address the connection must go to, so that no second look-up can change it; empty when
        the name itself must be used.

    Raises
    ------
    Refused
        The address is not one we fetch from.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _refused("the picture's address is no http address", where)
    if origin(url) == origin(base):
        return ""
    host, local = parts.hostname.lower(), is_loopback(urlsplit(base).hostname or "")
    if parts.username or parts.password:
        raise _refused("the picture's address carries a password", where)
    if allowed_hosts is not None and not any(_below(host, name) for name in allowed_hosts):
        raise _refused(f"the picture lies on {host}, which is not one of its hosts", where)
    if is_loopback(host) and local:
        return ""
    if parts.scheme != "https":
        raise _refused(f"the picture lies on {host} without https", where)
    found = _addresses(host, parts.port or 443, needed=not proxied, where=where)
    if not local and not all(a.is_global and not a.is_multicast for a in found):
        raise _refused(f"the picture lies in a private network ({host})", where)
    return "" if proxied or not found else str(found[0])


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _below(host: str, name: str) -> bool:
    return host == name.lower() or host.endswith("." + name.lower())


def _literal(host: str) -> Address | None:
    try:
        return _plain(ipaddress.ip_address(host.split("%")[0]))
    except ValueError:
        return None


def _plain(address: Address) -> Address:
    """An IPv4 address that is written as an IPv6 one is judged as what it is."""
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return mapped or address


def _addresses(host: str, port: int, *, needed: bool, where: str) -> list[Address]:
    from .outcomes import Unbilled

    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        if not needed:  # only the proxy can resolve it
            literal = _literal(host)
            return [literal] if literal is not None else []
        raise Unbilled(
            f"the picture's host {host} was not found", where=where, what_to_do="Try again later."
        ) from None
    return [_plain(ipaddress.ip_address(str(entry[4][0]).split("%")[0])) for entry in found]


def _config(what: str, where: str, what_to_do: str) -> ConfigError:
    return ConfigError(what, where=where, what_to_do=what_to_do)


def _refused(what: str, where: str) -> Refused:
    return Refused(what, where=where, what_to_do="Choose another backend.")
