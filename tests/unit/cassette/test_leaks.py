"""Secrets that nobody named: each kind is found wherever it stands, and what only looks alike is not."""

from __future__ import annotations

import base64
import os
import random
import string
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Exchange, RecordingRefused, Request, Response, use_cassette
from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.leaks.randomness import is_random
from pytest_dynamodb.cassette.leaks.rules import RULES, is_card_number, passes_luhn, secrets_in
from pytest_dynamodb.cassette.leaks.scan import describe, leaks_in, leaks_of, redact_line
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.redaction import pseudonym
from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.cassette.volatile.places import leaves
from pytest_dynamodb.intercept import SecretWarning
from pytest_dynamodb.providers.mock import MockProvider

EXAMPLE = Path(__file__).parents[3] / "examples" / "orders" / "cassettes"
LETTERS = string.ascii_letters + string.digits


def some(alphabet: str, length: int) -> Callable[[random.Random], str]:
    return lambda chance: "".join(chance.choices(alphabet, k=length))


def card(chance: random.Random) -> str:
    begin = chance.choice(["4", "51", "55", "2221", "2720"])
    digits = begin + "".join(chance.choices(string.digits, k=15 - len(begin)))
    number = next(digits + check for check in string.digits if passes_luhn(digits + check))
    return chance.choice([number, " ".join(number[n : n + 4] for n in range(0, 16, 4))])


def token(chance: random.Random) -> str:
    parts = ['{"alg":"HS256"}', f'{{"sub":"{chance.random()}"}}', str(chance.random())]
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


KINDS: dict[str, Callable[[random.Random], str]] = {
    "access key id": lambda chance: "AKIA" + some(string.ascii_uppercase + "234567", 16)(chance),
    "secret access key": some(LETTERS + "+/", 40),
    "GitHub": lambda chance: f"gh{chance.choice('pousr')}_" + some(LETTERS, 36)(chance),
    "Slack": lambda chance: "xoxb-" + some(string.digits, 12)(chance) + "-" + some(LETTERS, 24)(chance),
    "Stripe": lambda chance: "sk_live_" + some(LETTERS, 24)(chance),
    "web token": token,
    "mail": lambda chance: f"{some(string.ascii_lowercase, 7)(chance)}@{some(string.ascii_lowercase, 9)(chance)}.de",
    "card": card,
    "hex": some("0123456789abcdef", 64),
    "url-safe": some(LETTERS + "-_", 43),
}
"""Ten kinds of secrets, made at random."""
EXCHANGES = 1_000 if os.environ.get("PYTEST_DYNAMODB_FUZZ") else 100


def test_no_secret_of_ten_kinds_is_missed() -> None:
    """PYTEST_DYNAMODB_FUZZ looks at ten thousand of them in a thousand exchanges."""
    chance = random.Random(20_261_126)
    missed = []
    for number in range(EXCHANGES):
        secrets = {f"a{n}": make(chance) for n, make in enumerate(KINDS.values())}
        framed = {
            name: {"S": chance.choice(["{}", "of {} now", "a={};b"]).format(value)} for name, value in secrets.items()
        }
        item = {"pk": {"S": f"USER#{number}"}, **framed}
        exchange = Exchange("PutItem", {"TableName": "t", "Item": item}, Response(200, {}))
        found = {leak.place for leak in leaks_of(exchange)}
        missed += [(name, value) for name, value in framed.items() if f"Item.{name}" not in found]
        assert "Item.pk" not in found
    assert not missed


def test_hardly_anything_in_the_examples_recordings_looks_like_a_secret() -> None:
    texts = alarms = 0
    for path in EXAMPLE.rglob("*.ddb.msgpack"):
        for exchange in read(path).exchanges:
            texts += sum(1 for tree in (exchange.params, exchange.response or {}) for _ in leaves(tree))
            alarms += sum(1 for _ in leaks_of(exchange))
    assert texts > 500
    assert alarms * 100 < texts


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "postgres://app:hunter2@db.internal/orders",
        "glpat-abcdefghij0123456789",
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "AIza" + "b" * 35,
        "sk-proj-" + "aB3" * 10,
        "SG." + "aB3_" * 5 + "." + "aB3_" * 10,
        "AC" + "0a" * 16,
        "npm_" + "aB3" * 12,
        "whsec_" + "aB3" * 10,
    ],
)
def test_issuers_forms_are_known(text: str) -> None:
    assert list(secrets_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "60b19e5d-9fa2-4745-adb5-a2548d5dfe59",
        "USER#60b19e5d-9fa2-4745-adb5-a2548d5dfe59#60b19e5d-9fa2-4745-adb5-a2548d5dfe59",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "2026-01-02T03:04:05.678901+00:00",
        "1764180000123",
        "17641800001234567",
        "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026-01-02T03:04:05.678",
        "redacted-abcdefghijklmnop",
        "ada@example.com",
        "bob@mail.test",
        "TransactionCanceledExceptionWasRaised",
        "test_save_different_id_item0_again",
        "a-sentence-of-several-words-with-hyphens-in-2026",
        "the quick brown fox jumps over the lazy dog, 17 times",
        "4111 1111 1111 1112",
        "4111111111111111.5",
    ],
)
def test_what_only_looks_alike_is_no_secret(text: str) -> None:
    assert not list(secrets_in(text))


def test_card_numbers_have_an_issuer_a_length_and_a_check_digit() -> None:
    assert all(
        map(is_card_number, ["4111111111111111", "378282246310005", "5555 5555 5555 4444", "6011-1111-1111-1117"])
    )
    assert not any(map(is_card_number, ["4111111111111112", "0000000000000000", "7777777777777777", "411111111111111"]))


def test_names_of_attributes_tell_too() -> None:
    def places(**item: Any) -> list[str]:
        return [leak.place for leak in leaks_in({"Item": item})]

    assert places(password={"S": "correct"}, apiKey={"S": "abcdef"}) == ["Item.password", "Item.apiKey"]
    assert places(password={"S": "no"}, passwords_changed={"S": "yesterday"}, token_count={"N": "1000000"}) == []
    assert [leak.place for leak in leaks_in({"ExpressionAttributeValues": {":password": {"S": "hunter22"}}})] == [
        'ExpressionAttributeValues.":password"'
    ]


def test_they_are_found_in_sets_lists_maps_binaries_names_and_statements() -> None:
    mail = "ada@acme.de"
    tree = {
        "Statement": f"SELECT * FROM t WHERE mail = '{mail}'",
        "Item": {
            "set": {"SS": ["me", mail]},
            "list": {"L": [{"S": "a"}, {"M": {"mail": {"S": mail}}}]},
            "binary": {"B": base64.b64encode(f"to: {mail}".encode()).decode()},
            "number": {"N": "4111111111111111"},
            mail: {"BOOL": True},
        },
    }
    assert [leak.place for leak in leaks_in(tree)] == [
        "Statement",
        "Item.set",
        "Item.list.L[].M.mail",
        "Item.binary",
        "Item.number",
        "",
    ]


def test_what_aws_makes_and_what_stands_for_a_secret_are_none() -> None:
    made = some(LETTERS, 64)(random.Random(1))
    assert not list(leaks_in({"ClientRequestToken": made, "ShardIterator": made, "TableArn": made, "NextToken": made}))
    assert not list(
        leaks_in({"Item": {"password": {"S": pseudonym("S", "hunter22")}, "n": {"N": pseudonym("N", "4")}}})
    )


def test_each_rule_says_where_it_comes_from() -> None:
    assert all(rule.source and rule.name for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("length", [40, 43, 64])
def test_random_texts_are_random_and_words_are_not(length: int) -> None:
    chance = random.Random(length)
    assert all(is_random(some(LETTERS + "+/", length)(chance)) for _ in range(500))
    assert not is_random(("Customer" * length)[:length])


# -- recordings ------------------------------------------------------------------------------------------------------


def put(**item: Any) -> Request:
    return Request("PutItem", {"TableName": "t", "Item": {"pk": {"S": "1"}, **item}})


def recording(tmp_path: Path, **options: Any) -> Cassette:
    cassette = Cassette(tmp_path / "x.ddb.msgpack", options=CassetteOptions(mode="rewrite", **options))
    cassette.open_for_recording(keep=False)
    return cassette


def test_a_recording_notes_what_looks_like_a_secret(tmp_path: Path) -> None:
    cassette = recording(tmp_path)
    cassette.record(put(mail={"S": "ada@acme.de"}), Response(200, {"Attributes": {"mail": {"S": "ada@acme.de"}}}))
    assert [leak.place for leak in cassette.leaks] == ["Item.mail", "Attributes.mail"]
    assert redact_line(cassette.leaks, ["Item.n"]) == 'redact=["Item.n", "Item.mail", "Attributes.mail"]'
    assert "ada@acme.de" not in describe(cassette.leaks)


def test_with_that_line_there_is_nothing_left(tmp_path: Path) -> None:
    cassette = recording(tmp_path, redact=["Item.mail", "Attributes.mail"])
    cassette.record(put(mail={"S": "ada@acme.de"}), Response(200, {"Attributes": {"mail": {"S": "ada@acme.de"}}}))
    assert cassette.leaks == []


def test_a_refusing_recording_writes_nothing_of_it(tmp_path: Path) -> None:
    cassette = recording(tmp_path, secrets="refuse")
    cassette.record(put(), Response(200, {}))
    with pytest.raises(RecordingRefused, match=r'redact=\["Item.mail"\]'):
        cassette.record(put(mail={"S": "ada@acme.de"}), Response(200, {}))
    for path in tmp_path.iterdir():
        assert b"ada@acme.de" not in path.read_bytes()
    assert cassette.refusal is not None


def test_use_cassette_warns_refuses_and_ignores(tmp_path: Path) -> None:
    import boto3

    def run(name: str, secrets: Any) -> Path:
        path = tmp_path / f"{name}.ddb.msgpack"
        with use_cassette(path, mode="rewrite", upstream=MockProvider(), secrets=secrets):
            client = boto3.client("dynamodb", region_name="us-east-1")
            with pytest.raises(client.exceptions.ResourceNotFoundException):
                client.put_item(TableName="t", Item={"pk": {"S": "ada@acme.de"}})
        return path

    with pytest.warns(SecretWarning, match='an e-mail address at Item.pk\n  keep it out: redact=."Item.pk".'):
        assert run("warn", "warn").exists()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run("ignore", "ignore").exists()
    with pytest.raises(RecordingRefused):
        run("refuse", "refuse")
    assert not (tmp_path / "refuse.ddb.msgpack").exists()
