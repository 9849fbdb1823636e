"""``RepositoryMachine``: does to a repository what it does to a dictionary, and compares."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytest_dynamodb.intercept import mock_dynamodb
from pytest_dynamodb.mock import LoadSource, Mock


class RepositoryMachine(RuleBasedStateMachine):
    """A stateful test of a repository: whatever is saved, found and removed, in whatever order, is what a dictionary
    would hold.

    A subclass says ``tables``, what the mock begins with; ``items``, a strategy of what is saved; and defines
    ``repository`` and ``key_of``. Its ``TestCase`` is what pytest collects. Where the repository's methods are called
    otherwise than ``save``, ``get``, ``delete`` and, if it can list everything, ``all``, it overrides ``save``,
    ``find``, ``remove`` and ``everything``, too. Rules can be added as to any machine of Hypothesis's: ``held`` is the
    dictionary, ``repo`` the repository, ``mock`` the mock that answers it.
    """

    tables: ClassVar[LoadSource | None] = None
    items: ClassVar[st.SearchStrategy[Any]] = st.nothing()

    def __init__(self) -> None:
        super().__init__()
        self._answering = mock_dynamodb(load=type(self).tables)
        self.mock: Mock = self._answering.__enter__()
        self.held: dict[Hashable, Any] = {}
        self.repo: Any = None

    def repository(self) -> Any:
        """The repository, made anew."""
        raise NotImplementedError(f"{type(self).__name__} defines repository(), which returns what is to be tested")

    def key_of(self, item: Any) -> Hashable:
        """What an item is found by: whatever ``find`` takes. Items with equal keys replace each other."""
        raise NotImplementedError(f"{type(self).__name__} defines key_of(item), what the item is found by")

    def save(self, item: Any) -> None:
        """Save an item."""
        self.repo.save(item)

    def find(self, key: Any) -> Any:
        """The item of a key; ``None`` where there is none."""
        return self.repo.get(key)

    def remove(self, key: Any) -> None:
        """Remove the item of a key. There may be none."""
        self.repo.delete(key)

    def everything(self) -> Iterable[Any] | None:
        """All items in any order; ``None`` for a repository that cannot list them."""
        list_all = getattr(self.repo, "all", None)
        return None if list_all is None else list_all()

    def same(self, found: Any, expected: Any) -> bool:
        """Whether an item that was found is the one that was saved."""
        return bool(found == expected)

    # -- rules -------------------------------------------------------------------------------------------------------

    @initialize()
    def _open(self) -> None:
        self.repo = self.repository()

    @rule(data=st.data())
    def saves(self, data: st.DataObject) -> None:
        """Save an item, new or in the place of one."""
        item = data.draw(type(self).items, label="item")
        self.save(item)
        self.held[self.key_of(item)] = item

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def finds(self, data: st.DataObject) -> None:
        """Find an item that was saved."""
        key = data.draw(st.sampled_from(list(self.held)), label="key")
        found, expected = self.find(key), self.held[key]
        assert self.same(found, expected), f"find({key!r}) gives {found!r}, and {expected!r} was saved"

    @rule(data=st.data())
    def finds_or_does_not(self, data: st.DataObject) -> None:
        """Look for the key of any item."""
        key = self.key_of(data.draw(type(self).items, label="item"))
        found, expected = self.find(key), self.held.get(key)
        if expected is None:
            assert found is None, f"find({key!r}) gives {found!r}, and nothing is there"
        else:
            assert self.same(found, expected), f"find({key!r}) gives {found!r}, and {expected!r} was saved"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def removes(self, data: st.DataObject) -> None:
        """Remove an item that was saved."""
        key = data.draw(st.sampled_from(list(self.held)), label="key")
        self.remove(key)
        del self.held[key]

    @rule(data=st.data())
    def removes_what_may_not_be_there(self, data: st.DataObject) -> None:
        """Remove the item of any key."""
        key = self.key_of(data.draw(type(self).items, label="item"))
        self.remove(key)
        self.held.pop(key, None)

    @rule()
    def opens_again(self) -> None:
        """Go on with a new repository: what it holds is in the table, and nowhere else."""
        self.repo = self.repository()

    @invariant()
    def holds_the_same(self) -> None:
        """Compare everything."""
        listed = None if self.repo is None else self.everything()
        if listed is None:
            return
        every = list(listed)
        found = {self.key_of(item): item for item in every}
        assert len(found) == len(every), f"all() gives an item twice: {every!r}"
        assert found.keys() == self.held.keys(), f"all() gives the keys {list(found)}, and not {list(self.held)}"
        for key, expected in self.held.items():
            assert self.same(found[key], expected), f"all() gives {found[key]!r}, and {expected!r} was saved"

    def teardown(self) -> None:
        """Let the mock go."""
        self._answering.__exit__(None, None, None)
