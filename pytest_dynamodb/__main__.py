"""``python -m pytest_dynamodb``: the command, where its script is not on the path."""

from pytest_dynamodb.cli import main

main(prog_name="pytest-dynamodb")
