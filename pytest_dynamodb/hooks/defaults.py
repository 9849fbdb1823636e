"""What stands in for settings that nobody made: a region, credentials for servers on this machine, and an S3.

Nothing of botocore is loaded until one of them is needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

# --- a region of last resort ---
# With it clients can be made where no region is configured; no request is sent to AWS by it.


class LastResortRegion(str):
    """``us-east-1`` for clients that only ever replay; remembers that nobody configured it.

    botocore passes a region through ``str.replace`` (it strips "fips-"), which would forget the class.
    """

    __slots__ = ()

    def replace(self, *_: Any, **__: Any) -> LastResortRegion:
        """Itself: the name holds nothing to replace."""
        return self


LAST_RESORT = LastResortRegion("us-east-1")

_ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "AWS_ENDPOINT_URL")
"""botocore's own variables for endpoints, from the more to the less specific."""


def refuse_last_resort(context: Mapping[str, Any], url: str) -> None:
    """Raise botocore's ``NoRegionError`` when a request is about to reach AWS in a region that nobody chose."""
    region = context.get("client_region")
    if isinstance(region, LastResortRegion) and "amazonaws" in (urlsplit(url).hostname or ""):
        from botocore.exceptions import NoRegionError

        raise NoRegionError


def names_own_endpoint(endpoint: str | None) -> bool:
    """Whether a client's endpoint was named in code; one from the environment gives way to a chosen upstream."""
    if endpoint is None:
        return False
    configured = {os.environ.get(name, "").rstrip("/") for name in _ENDPOINT_VARIABLES}
    return endpoint.rstrip("/") not in configured


def default_region() -> str:
    """The region that a client gets which is made now and names none: what is configured, else the last resort."""
    session = getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None)
    if session is not None:
        return session.region_name or LAST_RESORT
    from botocore.exceptions import BotoCoreError
    from botocore.session import get_session

    try:
        return get_session().get_config_variable("region") or LAST_RESORT
    except BotoCoreError:  # a profile that there is none of: whoever makes a client will hear of it
        return LAST_RESORT


# --- credentials for servers on this machine ---
# They ask for a signature and do not look at whose it is.

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


# --- S3 ---
# Where exports of the mock go and imports come from, unless it is told. A test double never reaches AWS by itself.

_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def s3_at_hand() -> Any | None:
    """A new S3 client, as the process's settings make it: where moto's mock is on, or where an endpoint is configured.

    The endpoint is that of ``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL`` or a profile. ``None`` where the client would
    reach AWS.
    """
    import boto3

    client = boto3.client("s3", region_name=str(default_region()))
    return client if _moto_is_on() or not _is_aws(client.meta.endpoint_url) else None


def s3_at(url: str) -> Any:
    """A client of the S3 at an endpoint, with the process's credentials and region."""
    import boto3

    return boto3.client("s3", endpoint_url=url, region_name=str(default_region()))


def _is_aws(url: str) -> bool:
    return f".{urlsplit(url).hostname}".endswith(_AWS)


def _moto_is_on() -> bool:
    """Whether moto answers the process's botocore clients just now. Nothing is imported to find out."""
    stubber = getattr(sys.modules.get("moto.core.models"), "botocore_stubber", None)
    return bool(getattr(stubber, "enabled", False))
