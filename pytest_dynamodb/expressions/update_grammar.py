"""Update and projection expressions. Sources: developer guide, "Update expressions", "Projection expressions"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from pytest_dynamodb.expressions.nodes import (
    Action,
    Arithmetic,
    Operand,
    Placeholder,
    Projection,
    RemoveAction,
    Section,
    SectionName,
    SetAction,
    SetValue,
    Update,
    ValueAction,
)
from pytest_dynamodb.expressions.operand_grammar import OperandGrammar
from pytest_dynamodb.expressions.tokens import END, UPDATE_WORDS, VALUE


class UpdateGrammar(OperandGrammar):
    """Update expressions."""

    def update(self) -> Update:
        """update := section+"""
        sections = [self.section()]
        while self.tokens.kind != END:
            sections.append(self.section())
        return Update(tuple(sections))

    def section(self) -> Section:
        """section := ("SET" | "REMOVE" | "ADD" | "DELETE") action ("," action)*"""
        tokens = self.tokens
        name = tokens.kind
        if name not in UPDATE_WORDS:
            tokens.fail()
        tokens.take()
        action = self._actions[name]
        actions = [action(self)]
        while tokens.kind == ",":
            tokens.take()
            actions.append(action(self))
        return Section(cast("SectionName", name), tuple(actions))

    def set_action(self) -> SetAction:
        """set-action := path "=" set-value"""
        path = self.path()
        self.tokens.expect("=")
        return SetAction(path, self.set_value())

    def remove_action(self) -> RemoveAction:
        """remove-action := path"""
        return RemoveAction(self.path())

    def value_action(self) -> ValueAction:
        """value-action := path value   (of ADD and DELETE)"""
        path = self.path()
        return ValueAction(path, Placeholder(self.tokens.expect(VALUE)))

    def set_value(self) -> SetValue:
        """set-value := "(" sum ")" | sum"""
        if self.tokens.kind != "(":
            return self.sum(self.operand())
        position = self.tokens.position
        self.tokens.take()
        twice = self.tokens.kind == "("
        value = self.sum(self.argument())
        self.tokens.expect(")")
        if isinstance(value, Arithmetic):
            return value
        if twice:
            self.note_redundant(position)
        return self.sum(value)

    def sum(self, left: Operand) -> SetValue:
        """sum := argument (("+" | "-") argument)?"""
        kind = self.tokens.kind
        if kind not in {"+", "-"}:
            return left
        self.tokens.take()
        self.operators += 1
        return Arithmetic("+" if kind == "+" else "-", left, self.argument())

    def path_tail(self, node: Operand) -> Operand:
        """Nothing: in updates a path in parentheses ends with them (dynalite's suite)."""
        return node

    _actions: Final[dict[str, Callable[[UpdateGrammar], Action]]] = {
        "SET": set_action,
        "REMOVE": remove_action,
        "ADD": value_action,
        "DELETE": value_action,
    }


class ProjectionGrammar(OperandGrammar):
    """Projection expressions."""

    def projection(self) -> Projection:
        """projection := path ("," path)*"""
        paths = [self.path()]
        while self.tokens.kind == ",":
            self.tokens.take()
            paths.append(self.path())
        if self.tokens.kind != END:
            self.tokens.fail()
        return Projection(tuple(paths))
