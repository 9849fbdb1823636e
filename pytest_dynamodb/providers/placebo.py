"""placebo's folders as an upstream: what placebo recorded becomes a cassette by recording once more."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_dynamodb import forks
from pytest_dynamodb.convert.placebo import PlaceboAnswers, is_placebo_file, placebo_answers
from pytest_dynamodb.errors import ConfigurationError, UnexpectedRequest
from pytest_dynamodb.exchange import Outcome, Provider, Request


def answers_in(folder: str | os.PathLike[str]) -> PlaceboAnswers:
    """The answers in a folder. Raises ``ConfigurationError`` if it is none, or holds none of DynamoDB's."""
    place = Path(folder)
    files = {path.name: _text(path) for path in place.glob("*") if is_placebo_file(path.name)}
    if not files:
        raise ConfigurationError(
            f"{os.fspath(folder)} holds no answers of DynamoDB's that placebo recorded, such as dynamodb.GetItem_1.json"
        )
    return placebo_answers(files)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


class PlaceboProvider(Provider):
    """Answers from a folder of placebo's, each operation's answers in turn, and from the first again after the last.

    As an upstream: ``use_cassette(path, mode="rewrite", upstream="placebo:tests/placebo/test_orders")``. Raises
    ``ConfigurationError`` if the folder holds no answers of DynamoDB's.
    """

    offline = True

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = os.fspath(folder)
        self._answers = answers_in(folder).answers
        self._given: dict[str, int] = {}
        self._lock = forks.lock()

    def before(self, request: Request) -> Outcome | None:
        """The next answer of the operation. Raises ``UnexpectedRequest`` if there is none at all."""
        answers = self._answers.get(request.operation)
        if not answers:
            raise UnexpectedRequest(f"{self._folder} has no answer of {request.operation}: placebo did not record any")
        with self._lock:
            number = self._given.get(request.operation, 0)
            self._given[request.operation] = number + 1
        return answers[number % len(answers)]
