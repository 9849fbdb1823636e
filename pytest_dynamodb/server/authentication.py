"""What a request says of who sends it. That a signature is there is checked, not that it is right.

The order of the checks and AWS's words for them: dynalite's test/connection.js, recorded from AWS. Known and not looked
at, because nobody's keys are known here: dates, scopes that name another service, the signature itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs

from pytest_dynamodb.server.messages import error

_IN_HEADER = ("Credential", "Signature", "SignedHeaders")
_IN_QUERY = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")

_USUAL = re.compile(rb"AWS4-[^\s,=]+ Credential=([^\s,=]+), ?SignedHeaders=[^\s,=]+, ?Signature=[^\s,=]+")
"""A header as SDKs write it, read in one go; all others are looked at part by part."""
_BETWEEN = re.compile(r"[, ]+")
_REGION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ACCOUNT = re.compile(r"[0-9]{12}")


class Caller(NamedTuple):
    """Where a request wants to go, and for whom; empty where it does not say. ``key`` is the access key id."""

    region: str
    account: str
    key: str


class Refused(Exception):
    """The request is not signed as it should be; ``body`` is what AWS answers with status 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.body: bytes = error(code, message)


def caller_of(headers: Mapping[bytes, bytes], query_string: bytes) -> Caller:
    """Who signed the request, in its headers or in its query. Raises ``Refused``."""
    header = headers.get(b"authorization", b"")
    usual = None if query_string or b"x-amz-date" not in headers else _USUAL.fullmatch(header)
    if usual is not None:
        return _caller(usual[1].decode("latin-1"))
    signed = header.decode("latin-1").strip()
    query = parse_qs(query_string.decode("latin-1"), keep_blank_values=True) if query_string else {}
    if "X-Amz-Algorithm" in query:
        if signed:
            raise Refused(
                "InvalidSignatureException",
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
            )
        return _caller(_credential_of_query(query))
    if not signed.startswith("AWS4-"):
        raise Refused("MissingAuthenticationTokenException", "Request is missing Authentication Token")
    return _caller(_credential_of_header(signed, dated=b"x-amz-date" in headers or b"date" in headers))


def _credential_of_header(signed: str, *, dated: bool) -> str:
    _, *parts = _BETWEEN.split(signed)
    given = {name: value for name, _, value in (part.partition("=") for part in parts)}
    missing = [f"Authorization header requires '{name}' parameter." for name in _IN_HEADER if not given.get(name)]
    if not dated:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        raise Refused("IncompleteSignatureException", " ".join([*missing, f"Authorization={signed}"]))
    return given["Credential"]


def _credential_of_query(query: Mapping[str, list[str]]) -> str:
    missing = [
        f"AWS query-string parameters must include '{name}'." for name in _IN_QUERY if not query.get(name, [""])[0]
    ]
    if missing:
        raise Refused("IncompleteSignatureException", " ".join([*missing, "Re-examine the query-string parameters."]))
    return query["X-Amz-Credential"][0]


@lru_cache(maxsize=256)
def _caller(credential: str) -> Caller:
    """From ``keyid/date/region/service/aws4_request``; a scope without a region (signature version 4a) names none.

    Twelve digits for a key id are an account, as moto and LocalStack have it.
    """
    key, *scope = credential.rsplit("/", 4)
    region = scope[1] if len(scope) == 4 else ""
    if region and not _REGION.fullmatch(region):
        raise Refused("InvalidSignatureException", f"Credential should be scoped to a valid region, not '{region}'. ")
    return Caller(region, key if _ACCOUNT.fullmatch(key) else "", key)
