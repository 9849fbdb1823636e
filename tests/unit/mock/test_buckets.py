"""Buckets that are folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_dynamodb.mock.writing import Buckets


def test_a_folder_is_a_bucket(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path)
    assert not buckets.has_bucket("lake")
    (tmp_path / "lake").mkdir()
    assert buckets.has_bucket("lake")
    assert buckets.keys("lake", "") == []


def test_keys_are_found_by_how_they_begin(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    buckets = Buckets(tmp_path)
    for key in ("data/1.json", "data/deep/er.json", "data.bak", "other"):
        buckets.write("lake", key, key.encode())
    assert buckets.keys("lake", "data") == ["data.bak", "data/1.json", "data/deep/er.json"]
    assert buckets.keys("lake", "data/") == ["data/1.json", "data/deep/er.json"]
    assert buckets.read("lake", "data/deep/er.json") == b"data/deep/er.json"


@pytest.mark.parametrize("key", ["../out", "a/../../out", "./x", "a\\b", "a:b", "%2E%2E/x", "ä ö"])
def test_no_key_leads_out_of_its_bucket(tmp_path: Path, key: str) -> None:
    (tmp_path / "lake").mkdir()
    buckets = Buckets(tmp_path)
    buckets.write("lake", key, b"x")
    assert buckets.keys("lake", "") == [key]
    assert [path.name for path in tmp_path.iterdir()] == ["lake"]
    assert not buckets.has_bucket("..")
