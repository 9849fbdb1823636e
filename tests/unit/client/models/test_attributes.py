"""Attributes that are stored compressed, encrypted, or as a codec of the application's likes."""

from __future__ import annotations

import gzip
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from pytest_dynamodb import (
    Attr,
    AttributeCodec,
    Compressed,
    ConfigurationError,
    DynamoDbClient,
    Encrypted,
    InvalidItem,
    InvalidValue,
    Mock,
    entity,
)


class Reversed:
    """Text, the other way round; only where it was put."""

    def stored(self, value: Any, context: Any) -> Any:
        return f"{context['table']}.{context['model']}.{context['attribute']}:{value[::-1]}"

    def shown(self, stored: Any, context: Any) -> Any:
        where, _, text = stored.partition(":")
        if where != f"{context['table']}.{context['model']}.{context['attribute']}":
            raise ValueError("it was put elsewhere")
        return text[::-1]


class Part(BaseModel):
    numbers: list[int]
    price: Decimal


@entity(pk="DOC#{name}", sk="DOC")
class Doc(BaseModel):
    name: str
    text: Annotated[str, Compressed()] = ""
    part: Annotated[Part | None, Compressed(level=9)] = None
    tags: Annotated[set[str], Compressed()] = set()
    secret: Annotated[str | None, Reversed()] = None
    both: Annotated[str | None, Reversed(), Compressed()] = None


class Text(BaseModel):
    text: str


PART = Part(numbers=[1, 2], price=Decimal("1.50"))
DOC = Doc(name="a", text="x" * 10_000, part=PART, tags={"x"}, secret="s", both="b")


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def test_values_are_stored_small_and_come_back(client: DynamoDbClient, mock: Mock) -> None:
    docs = client.table("app", model=Doc)
    docs.put(DOC)
    assert docs.get(name="a") == DOC
    assert list(docs.scan()) == [DOC]
    assert docs.get(name="a", into=Text) == Text(text=DOC.text)
    (item,) = mock.tables["app"].items
    assert all(item[name].startswith(b"\x1f\x8b") for name in ("text", "part", "tags", "both"))
    assert len(item["text"]) < 100
    assert item["secret"] == "app.Doc.secret:s"
    assert docs.size(DOC) < 1000
    assert docs.decode(item) == DOC
    assert docs.put(DOC) == DOC
    assert mock.tables["app"].items == [item]  # equal values are stored alike


def test_updates_store_them_alike(client: DynamoDbClient, mock: Mock) -> None:
    docs = client.table("app", model=Doc)
    docs.put(Doc(name="a"))
    after = docs.update(name="a").set("text", "y" * 5000).set("secret", "abc").set("part", DOC.part).execute()
    assert (after.text, after.secret, after.part) == ("y" * 5000, "abc", DOC.part)
    (item,) = mock.tables["app"].items
    assert item["secret"] == "app.Doc.secret:cba"
    assert docs.update(after).to(DOC).execute() == DOC
    assert docs.update(DOC).set("secret", None).execute().secret is None
    assert "secret" not in mock.tables["app"].items[0]
    assert docs.upsert(name="b").set("text", "z").execute().text == "z"


def test_items_from_before_are_read_as_they_are(client: DynamoDbClient) -> None:
    client.table("app").put({"pk": "DOC#a", "sk": "DOC", "entity": "Doc", "name": "a", "text": "plain", "tags": {"t"}})
    docs = client.table("app", model=Doc)
    assert docs.get(name="a") == Doc(name="a", text="plain", tags={"t"})
    assert docs.query(name="a").filter(Attr("text") == "plain").one().text == "plain"


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (packed(b'{"S": "x"}')[:-9], "is damaged"),
        (b"\x1f\x8bnothing", "no compressed value"),
        (packed(b"[]"), "no compressed value"),
        (packed(b'"' + b"x" * (17 << 20) + b'"'), "more than 16777216 bytes"),
    ],
    ids=["cut off", "no gzip", "no value", "a bomb"],
)
def test_what_was_not_compressed_so_is_no_item_of_the_model(
    client: DynamoDbClient, stored: bytes, message: str
) -> None:
    client.table("app").put({"pk": "DOC#a", "sk": "DOC", "entity": "Doc", "name": "a", "text": stored})
    with pytest.raises(InvalidItem, match=message):
        client.table("app", model=Doc).get(name="a")


def test_what_a_codec_refuses_is_not_sent_or_no_item(client: DynamoDbClient, mock: Mock) -> None:
    docs = client.table("app", model=Doc)
    docs.put(DOC)
    moved = {**mock.tables["app"].items[0], "secret": "app.Doc.both:x"}
    with pytest.raises(InvalidItem, match="put elsewhere"):
        docs.decode(moved)

    class Refusing:
        def stored(self, value: Any, context: Any) -> Any:
            raise RuntimeError("no key")

        def shown(self, stored: Any, context: Any) -> Any:
            return stored

    @entity(pk="R#{name}", sk="R")
    class Refused(BaseModel):
        name: str
        text: Annotated[str, Refusing()]

    assert isinstance(Refusing(), AttributeCodec)
    with pytest.raises(InvalidValue, match="no key"):
        client.table("app", model=Refused).put(Refused(name="a", text="x"))


def test_keys_and_what_has_a_meaning_are_stored_as_they_are(client: DynamoDbClient) -> None:
    @entity(pk="K#{name}", sk="K")
    class Keyed(BaseModel):
        name: Annotated[str, Compressed()]

    with pytest.raises(ConfigurationError, match="name is part of a key"):
        client.table("app", model=Keyed)


# --- encryption ---


def keyring(key: bytes = bytes(32)) -> Any:
    """One with a raw key: nothing is asked of KMS."""
    reason = "needs the extra `encryption`: nox -s encryption"
    mpl = pytest.importorskip("aws_cryptographic_material_providers.mpl", reason=reason)
    from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
    from aws_cryptographic_material_providers.mpl.models import AesWrappingAlg, CreateRawAesKeyringInput

    providers = mpl.AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
    return providers.create_raw_aes_keyring(
        input=CreateRawAesKeyringInput(
            key_namespace="tests",
            key_name="one",
            wrapping_key=key,
            wrapping_alg=AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16,
        )
    )


def test_values_are_encrypted_for_their_place(client: DynamoDbClient, mock: Mock) -> None:
    ours = keyring()

    @entity(pk="CARD#{name}", sk="CARD", name="Card")
    class Card(BaseModel):
        name: str
        number: Annotated[str, Encrypted(ours, context={"tenant": "1"})]
        pin: Annotated[int | None, Encrypted(ours)] = None
        long: Annotated[str | None, Compressed(), Encrypted(ours)] = None

    cards = client.table("app", model=Card)
    card = Card(name="a", number="4711", pin=12, long="x" * 9000)
    cards.put(card)
    assert cards.get(name="a") == card
    assert cards.update(name="a").set("pin", 34).execute().pin == 34
    (item,) = mock.tables["app"].items
    assert isinstance(item["number"], bytes)
    assert b"4711" not in item["number"]
    assert len(item["long"]) < 2000
    for name, stored in (("pin", item["number"]), ("number", item["pin"]), ("number", b"x" * 50), ("number", "4711")):
        with pytest.raises(InvalidItem, match=r"cannot be decrypted|is not encrypted"):
            cards.decode({**item, name: stored})

    @entity(pk="CARD#{name}", sk="CARD", name="Card")
    class Theirs(BaseModel):
        name: str
        number: Annotated[str, Encrypted(keyring(bytes([1] * 32)), context={"tenant": "1"})]

    with pytest.raises(InvalidItem, match="cannot be decrypted"):
        client.table("app", model=Theirs).get(name="a")


def test_without_the_sdk_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "aws_encryption_sdk", None)
    with pytest.raises(ConfigurationError, match=r"pytest-dynamodb-cassette\[encryption\]"):
        Encrypted(None).stored("x", {"table": "t", "model": "m", "attribute": "a"})
