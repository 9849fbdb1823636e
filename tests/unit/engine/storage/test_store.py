"""A store is a dictionary of items that also knows their order, and snapshots of it never change."""

from __future__ import annotations

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.engine.storage.hashorder import hash_of, in_segment
from pytest_dynamodb.engine.storage.partition import StoredItem
from pytest_dynamodb.engine.storage.store import Store

PLACES = st.tuples(st.sampled_from(["a", "b", "c", "ü"]), st.integers(0, 9).map(str))
WRITES = st.lists(
    st.one_of(
        st.tuples(st.just("put"), PLACES, st.integers(1, 400)),
        st.tuples(st.just("remove"), PLACES, st.just(0)),
        st.tuples(st.just("snapshot"), PLACES, st.just(0)),
        st.tuples(st.just("scan"), PLACES, st.just(0)),
    ),
    max_size=60,
)
Contents = dict[tuple[str, str], int]


def contents(store: Store) -> Contents:
    """Sizes by place, through everything that reads a store."""
    found: Contents = {}
    for identity, partition in store.partitions.items():
        assert partition.keys == sorted(partition.keys)
        assert partition.keys, "an empty partition is kept"
        for order, item in zip(partition.keys, partition.items, strict=True):
            assert store.get(identity, order) is item
            found[str(identity), str(order)] = item.size
    assert store.count == len(found)
    assert store.size == sum(found.values())
    assert sorted(store.in_hash_order(), key=str) == sorted(store.partitions, key=str)
    return found


@given(WRITES)
def test_a_store_holds_what_was_put_and_its_snapshots_what_they_held(
    writes: list[tuple[str, tuple[str, str], int]],
) -> None:
    store = Store(object())
    model: Contents = {}
    snapshots: list[tuple[Store, Contents]] = []
    for kind, (identity, order), size in writes:
        if kind == "put":
            old = store.put(identity, order, StoredItem({}, size))
            assert (None if old is None else old.size) == model.get((identity, order))
            model[identity, order] = size
        elif kind == "remove":
            old = store.remove(identity, order)
            assert (None if old is None else old.size) == model.pop((identity, order), None)
        elif kind == "snapshot":
            snapshots.append((store, dict(model)))
            store = store.owned_by(object())
        else:
            list(store.in_hash_order())
    assert contents(store) == model
    for snapshot, then in snapshots:
        assert contents(snapshot) == then


@given(st.sets(st.text(max_size=5), max_size=40), st.integers(1, 20))
def test_segments_share_all_partitions_out_in_one_stable_order(identities: set[str], total: int) -> None:
    store = Store(object())
    for identity in identities:
        store.put(identity, "", StoredItem({}, 1))
    whole = list(store.in_hash_order())
    segments = [list(store.in_hash_order(segment=(segment, total))) for segment in range(total)]
    assert [identity for segment in segments for identity in segment] == whole
    for number, segment in enumerate(segments):
        assert all(in_segment(identity, number, total) for identity in segment)


@given(st.sets(st.text(max_size=5), min_size=1, max_size=40), st.text(max_size=5))
def test_a_scan_goes_on_behind_a_partition_whether_it_is_there_or_not(identities: set[str], after: str) -> None:
    store = Store(object())
    for identity in identities:
        store.put(identity, "", StoredItem({}, 1))
    places = sorted((hash_of(identity), identity) for identity in identities)
    at = bisect_left(places, (hash_of(after), after))
    expected = [identity for _, identity in places[at:] if identity != after]
    assert list(store.in_hash_order(after=after)) == expected
