"""Projects for the plugin to be used in."""

from __future__ import annotations

import pytest

from small_project import SmallProject


@pytest.fixture(scope="session")
def shop_server(moto_server: str, models_read_once: None) -> str:
    """moto with a table ``shop``, and all of this package loaded, so that inner runs do not load it a second time."""
    import importlib
    import pkgutil

    import botocore.waiter  # noqa: F401 - loaded late by botocore, and the plugin reaches into it

    import pytest_dynamodb

    for module in pkgutil.walk_packages(pytest_dynamodb.__path__, "pytest_dynamodb."):
        if "_example" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return moto_server


@pytest.fixture
def project(shop_server: str, moto: str, pytester: pytest.Pytester) -> SmallProject:
    """An empty project, and an upstream with an empty table ``shop``."""
    import boto3

    client = boto3.client(
        "dynamodb", endpoint_url=moto, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.create_table(
        TableName="shop",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.close()
    return SmallProject(pytester.path, moto, pytester)
