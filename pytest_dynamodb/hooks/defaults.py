"""What botocore's and boto3's own settings say, for those who must know it before a client is made."""

from __future__ import annotations

import sys

from pytest_dynamodb.hooks.regions import LAST_RESORT


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
