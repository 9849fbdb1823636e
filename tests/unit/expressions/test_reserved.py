"""Reserved words."""

from __future__ import annotations

import pytest

from pytest_dynamodb.expressions import RESERVED_WORDS, is_reserved


def test_there_are_as_many_as_on_awss_page() -> None:
    assert len(RESERVED_WORDS) == 573


@pytest.mark.parametrize("word", ["name", "STATUS", "Size", "ttl", "zone", "abort"])
def test_they_are_recognised_in_any_case(word: str) -> None:
    assert is_reserved(word)


@pytest.mark.parametrize("word", ["pk", "sk", "tenant", "status1", ""])
def test_other_words_are_free(word: str) -> None:
    assert not is_reserved(word)


def test_all_are_written_as_names_are() -> None:
    assert all(word.isascii() and word.isalnum() and word.isupper() for word in RESERVED_WORDS)
