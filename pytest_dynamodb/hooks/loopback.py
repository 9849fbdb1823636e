"""Credentials for servers on this machine, which ask for a signature and do not look at whose it is."""

from __future__ import annotations

from collections.abc import MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

PUT_OFF = "_pytest_dynamodb_put_off"
"""Marks credentials that nobody has fetched yet."""

_NOBODY = ("dummy", "dummy")
"""Letters only: DynamoDB Local takes no others."""


def lend_credentials(context: MutableMapping[str, Any], url: str, request_signer: Any, *, is_async: bool) -> None:
    """Have a call to this machine signed with made-up credentials, where its client has none of its own.

    Those that instance metadata might give are not asked for: they are nothing to send to such a server. Nothing is
    done for any other address.
    """
    own = getattr(request_signer, "_credentials", None)
    if (own is not None and not getattr(own, PUT_OFF, False)) or not is_loopback(url):
        return
    if is_async:
        from aiobotocore.credentials import AioCredentials as Credentials
    else:
        from botocore.credentials import Credentials
    lent = Credentials(*_NOBODY)
    context["signing"] = {**context.get("signing", {}), "request_credentials": lent}


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
