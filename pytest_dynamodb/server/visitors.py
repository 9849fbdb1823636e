"""Who may ask a server: programs, under the names that it has; web pages only where somebody allowed them.

A server on a developer's machine has no password, and any page that the developer looks at can have the browser send it
requests. Two things give such pages away. The browser says where a request comes from (``Origin``, and the
``Sec-Fetch-*`` headers of Fetch Metadata). And a page that has its own name lead to this machine ("DNS rebinding") has
the browser ask for that name (``Host``), which an attacker has to own, and which therefore has a dot in it.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.server.messages import Answer, Headers, error

_OTHER_SITES: Final = frozenset({b"cross-site", b"same-site"})
_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._~-]+)(:[0-9]{1,5})?")
_ORIGIN: Final = re.compile(r"\*|null|https?://[^/\s]+")


@dataclass(frozen=True)
class Visitors:
    """Who is let in.

    ``origins`` are the web pages' that may ask, such as ``http://localhost:3000``; ``"*"`` is any page. ``hosts`` are
    names under which the server is asked for, beside addresses, ``localhost`` and names without a dot, which are always
    its own; ``"*"`` is any name. Raises ``ConfigurationError`` for what is no origin or no name.
    """

    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    _hosts: frozenset[str] = field(init=False, repr=False, default=frozenset())
    _origins: frozenset[bytes] = field(init=False, repr=False, default=frozenset())

    def __post_init__(self) -> None:
        """Check what could be misspelt."""
        for origin in self.origins:
            if _ORIGIN.fullmatch(origin) is None:
                raise ConfigurationError(
                    f"an origin is a scheme and a host, such as http://localhost:3000, or * for any, not {origin!r}"
                )
        for host in self.hosts:
            if host != "*" and _AUTHORITY.fullmatch(host.lower()) is None:
                raise ConfigurationError(f"a host is a name, such as dynamodb.example.com, or *, not {host!r}")
        object.__setattr__(self, "_hosts", frozenset(_bare(host) for host in self.hosts))
        object.__setattr__(self, "_origins", frozenset(origin.lower().encode() for origin in self.origins))

    def refusal(self, method: str, fields: dict[bytes, bytes]) -> Answer | None:
        """The answer to who is not let in; ``None`` for who is."""
        host = fields.get(b"host")
        if host is not None and "*" not in self.hosts and not (_is_own(host) or _bare(_text(host)) in self._hosts):
            return _refused(
                "UnknownHost",
                f"this server is not called {_text(host)!r}. If it is, start it with --allow-host and that name "
                "(running(..., hosts=[...]))",
            )
        origin = fields.get(b"origin")
        if origin is None:
            if fields.get(b"sec-fetch-site") not in _OTHER_SITES or _is_visit(method, fields):
                return None
        elif self.allows(fields) or _is_same(origin, host):
            return None
        said = "another site" if origin is None else repr(_text(origin))
        return _refused(
            "CrossSiteRequest",
            f"a web page of {said} may not ask this server. To let it, start the server with --allow-origin and the "
            "page's scheme and host, such as http://localhost:3000 (running(..., origins=[...]))",
        )

    def allows(self, fields: dict[bytes, bytes]) -> bool:
        """Whether a request comes from a page of an origin that may ask."""
        return b"*" in self._origins or fields.get(b"origin", b"").lower() in self._origins

    def headers(self, fields: dict[bytes, bytes]) -> Headers:
        """The headers of an answer that let the page read it which asked; none for all others."""
        origin = fields.get(b"origin")
        if origin is None or not self.allows(fields):
            return []
        if b"*" in self._origins:
            return [(b"access-control-allow-origin", b"*")]
        return [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]


@lru_cache(maxsize=64)
def _is_own(host: bytes) -> bool:
    """Whether a ``Host`` is a name that nobody can own in the internet's names: an address, or one without a dot."""
    name = _bare(_text(host))
    if not name or "." not in name or name.endswith(".localhost"):
        return _AUTHORITY.fullmatch(_text(host).lower()) is not None
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _bare(host: str) -> str:
    """A host without its port, in lower case; an address of IPv6 without brackets."""
    found = _AUTHORITY.fullmatch(host.lower())
    return host if found is None else found["host"].strip("[]").rstrip(".")


def _is_same(origin: bytes, host: bytes | None) -> bool:
    """Whether a page is this server's own."""
    return host is not None and origin.lower().partition(b"://")[2] == host.lower()


def _is_visit(method: str, fields: dict[bytes, bytes]) -> bool:
    """Whether somebody follows a link to a page of this server, and sees it in a window of its own."""
    mode, shown_as = fields.get(b"sec-fetch-mode"), fields.get(b"sec-fetch-dest")
    return method in ("GET", "HEAD") and mode == b"navigate" and shown_as == b"document"


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def _refused(code: str, message: str) -> Answer:
    return Answer(403, error(code, message, namespace="pytest_dynamodb"), b"application/json")
