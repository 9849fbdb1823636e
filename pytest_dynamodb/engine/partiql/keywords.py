"""The words that are no names unless quoted: those that SQL-92 reserves, and PartiQL's own.

PartiQL's parsers reserve SQL-92's words; that AWS's does, too, shows where a path through an attribute named ``inner``
is refused (dynamodb-conformance, error-messages/partiqlFunctions). Not the parts of dates, such as ``year``, which
AWS's own examples have as an attribute (aws-doc-sdk-examples, PartiQL).
"""

from __future__ import annotations

from typing import Final

_SQL: Final = """
absolute action add all allocate alter and any are as asc assertion at authorization avg begin between bit bit_length
by cascade cascaded case cast catalog char character character_length char_length check close coalesce collate
collation column commit connect connection constraint constraints continue convert corresponding count create cross
current current_date current_time current_timestamp current_user cursor date deallocate dec decimal declare default
deferrable deferred delete desc describe descriptor diagnostics disconnect distinct domain double drop else end escape
except exception exec execute exists external extract false fetch first float for foreign found from full get global
go goto grant group having identity immediate in indicator initially inner input insensitive insert int integer
intersect interval into is isolation join key language last left level like local lower match max min module names
national natural nchar next no not null nullif numeric octet_length of on only open option or order outer output
overlaps pad partial position precision prepare preserve primary prior privileges procedure public read real
references relative restrict revoke right rollback rows schema scroll section select session session_user set size
smallint some space sql sqlcode sqlerror sqlstate substring sum system_user table temporary then time timestamp to
transaction translate translation trim true union unique unknown update upper usage user using value values varchar
varying view when whenever where with work write
"""
_PARTIQL: Final = """
bag blob bool boolean clob index let limit list missing pivot remove returning sexp string struct symbol tuple unpivot
"""

KEYWORDS: Final = frozenset((_SQL + _PARTIQL).split())

CALLABLE: Final = frozenset(
    """
    avg bit_length cast char_length character_length coalesce count exists extract lower max min nullif octet_length
    position size substring sum trim upper
    """.split()  # noqa: SIM905  # a list of words reads better as words
)
"""Keywords that are functions where a parenthesis follows."""

TYPES: Final[dict[str, str | None]] = {
    "missing": "MISSING",
    "null": "NULL",
    "bool": "BOOL",
    "boolean": "BOOL",
    "string": "S",
    "numeric": "N",
    "blob": "B",
    "struct": "M",
    "tuple": "M",
    "list": "L",
    **dict.fromkeys(
        """
        any bag bigint char character clob date dec decimal float int int2 int4 int8 integer integer2 integer4 integer8
        real sexp smallint symbol time timestamp varchar double
        """.split()  # noqa: SIM905  # as above
    ),
}
"""Names of types after IS, with the tag of attribute values that have it; ``None`` where DynamoDB has no such type."""

TWO_WORDS: Final = {"double": "precision", "character": "varying"}
"""Types of two words: DOUBLE PRECISION and CHARACTER VARYING (the second word of the latter may be left out)."""
