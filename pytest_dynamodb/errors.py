"""Everything this package raises, in one tree.

    PytestDynamoDbError              ours: the tool cannot or will not go on
    ├── ConfigurationError           an option, marker or argument makes no sense
    ├── CassetteError                a cassette file cannot be read or written
    ├── UnexpectedRequest            a request that no recording answers (also an AssertionError)
    ├── DriftError                   an upstream no longer answers as recorded (also an AssertionError)
    ├── UnplayedExchanges            recordings were left over where that was asked to fail (also an AssertionError)
    └── RecordingRefused             recording was asked for where it is not allowed
    DynamoDbError                    the service's: what DynamoDB itself answers
    └── ValidationException          the request is malformed (HTTP 400, never retried)

The two roots are separate on purpose: code under test catches ``DynamoDbError`` as it would in production, and must
not swallow a missing recording by doing so.
"""

from __future__ import annotations


class PytestDynamoDbError(Exception):
    """Base of every error that is about this tool and not about DynamoDB's answer."""


class ConfigurationError(PytestDynamoDbError):
    """An option, a marker argument or a setting is unknown, of the wrong type or contradicts another one."""


class RecordingRefused(PytestDynamoDbError):
    """A request may not be recorded here: its table is outside the allowed ones."""


class CassetteError(PytestDynamoDbError):
    """A cassette cannot be read or written. The message names the file, the byte offset and a remedy."""

    def __init__(self, path: str, problem: str, *, offset: int | None = None, remedy: str = "") -> None:
        self.path, self.problem, self.offset, self.remedy = path, problem, offset, remedy
        where = f"{path}, byte {offset}" if offset is not None else path
        super().__init__(f"{where}: {problem}" + (f" ({remedy})" if remedy else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_cassette_error, (type(self), self.path, self.problem, self.offset, self.remedy)


def _rebuild_cassette_error(
    kind: type[CassetteError], path: str, problem: str, offset: int | None, remedy: str
) -> CassetteError:
    """Pickle support: multiprocessing and xdist carry exceptions between processes."""
    return kind(path, problem, offset=offset, remedy=remedy)


class UnexpectedRequest(PytestDynamoDbError, AssertionError):
    """No recording answers a request. Raised where the request was made, and again when the cassette closes."""


class DriftError(PytestDynamoDbError, AssertionError):
    """The upstream's answers are no longer the recorded ones."""


class UnplayedExchanges(PytestDynamoDbError, AssertionError):
    """A test passed without playing everything its cassette holds, and ``on_unused`` is ``"fail"``."""


class DynamoDbError(Exception):
    """An answer of DynamoDB that is an error.

    ``code`` is the error code without its namespace (``"ValidationException"``), ``message`` DynamoDB's own text.
    """

    code = "DynamoDbError"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        self.message = message
        if code is not None:
            self.code = code
        super().__init__(message)


class ValidationException(DynamoDbError):
    """The request is malformed."""

    code = "ValidationException"
