"""How secrets look, a row each. Patterns are those that their issuers publish, or that scanners have in common.

detect-secrets, the library for this, had its last release in May 2024, looks at lines of source code and brings an
HTTP client; values that are one text each need neither its parsing nor its filters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from pytest_dynamodb.cassette.leaks.randomness import is_random


class SecretRule(NamedTuple):
    """One kind of secret: what it is called, its pattern, and where that is said.

    ``hint`` is in every text that holds one, any of several; ``holds`` looks closer at what the pattern has found.
    ``of_values`` says that it is looked for in attribute values alone: names and expressions would look like it.
    """

    name: str
    pattern: re.Pattern[str]
    source: str
    hint: tuple[str, ...] = ()
    holds: Callable[[str], bool] | None = None
    of_values: bool = False


# --- checks ---


def is_card_number(text: str) -> bool:
    """Whether digits are the number of a payment card: its issuer's first digits and length, and the check digit."""
    digits = re.sub(r"\D", "", text)
    return bool(_ISSUERS.fullmatch(digits)) and passes_luhn(digits)


_ISSUERS: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12,15}"  # Discover
    r"|3(?:0[0-5]|[689]\d)\d{11}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|62\d{14,17}"  # UnionPay
)
"""First digits and lengths of the networks (ISO/IEC 7812; en.wikipedia.org/wiki/Payment_card_number)."""


def passes_luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * 2 - 9 * (digit > "4") for digit in digits[-2::-2]]
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def is_somebodys_address(text: str) -> bool:
    """Whether an e-mail address is not of a domain that is set aside for examples (RFC 2606, RFC 6761)."""
    domain = text.rpartition("@")[2].lower()
    return not re.search(r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$", domain)


# --- the rules ---

_KEY = r"[A-Za-z0-9_-]"
RULES: Final[tuple[SecretRule, ...]] = (
    SecretRule(
        "a private key",
        re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
        "RFC 7468; RFC 9580, 6.2",
        ("PRIVATE KEY",),
    ),
    SecretRule(
        "a JSON Web Token",
        re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
        'RFC 7519: three parts in base64url, of which two begin with {"',
        ("eyJ",),
    ),
    SecretRule(
        "a key of AWS",
        re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
        "IAM user guide, Unique identifiers",
        ("KIA", "SIA", "BIA", "CCA"),
    ),
    SecretRule(
        "a token of GitHub",
        re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,}"),
        "docs.github.com, About authentication to GitHub",
        ("gh", "github_pat_"),
    ),
    SecretRule(
        "a token of GitLab", re.compile(rf"\bgl[a-z]{{2,6}}-{_KEY}{{20,}}"), "docs.gitlab.com, Token overview", ("gl",)
    ),
    SecretRule(
        "a token of Slack",
        re.compile(rf"\bxox[a-z]-{_KEY}{{10,}}|\bxapp-{_KEY}{{10,}}|hooks\.slack\.com/services/[\w/]{{20,}}"),
        "docs.slack.dev, Tokens; Incoming webhooks",
        ("xox", "xapp-", "hooks.slack.com"),
    ),
    SecretRule(
        "a key of Stripe",
        re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{16,}"),
        "docs.stripe.com, API keys; Webhooks",
        ("k_live_", "k_test_", "whsec_"),
    ),
    SecretRule(
        "a key of Google",
        re.compile(rf"\bAIza{_KEY}{{35}}|\bGOCSPX-{_KEY}{{20,}}|\bya29\.{_KEY}{{20,}}"),
        "cloud.google.com, API keys; OAuth 2.0",
        ("AIza", "GOCSPX-", "ya29."),
    ),
    SecretRule(
        "a key of a model's provider",
        re.compile(rf"\bsk-{_KEY}{{20,}}|\bhf_[A-Za-z0-9]{{30,}}"),
        "platform.openai.com, docs.anthropic.com, huggingface.co: API keys, Access tokens",
        ("sk-", "hf_"),
    ),
    SecretRule(
        "a key of SendGrid or Mailgun",
        re.compile(rf"\bSG\.{_KEY}{{16,}}\.{_KEY}{{16,}}|\bkey-[0-9a-f]{{32}}\b"),
        "docs.sendgrid.com, API keys; documentation.mailgun.com",
        ("SG.", "key-"),
    ),
    SecretRule("a key of Twilio", re.compile(r"\b(?:SK|AC)[0-9a-f]{32}\b"), "twilio.com/docs, SIDs", ("SK", "AC")),
    SecretRule(
        "a token of a package registry",
        re.compile(rf"\bnpm_[A-Za-z0-9]{{36}}\b|\bpypi-{_KEY}{{50,}}|\brubygems_[0-9a-f]{{48}}\b"),
        "docs.npmjs.com, docs.pypi.org, guides.rubygems.org: API tokens",
        ("npm_", "pypi-", "rubygems_"),
    ),
    SecretRule(
        "a password in an address",
        re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]{3,}@"),
        "RFC 3986, 3.2.1",
        ("://",),
    ),
    SecretRule(
        "an e-mail address",
        re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}"),
        "RFC 5321, 4.1.2, as HTML's input has it",
        ("@",),
        is_somebodys_address,
    ),
    SecretRule(
        "the number of a payment card",
        re.compile(r"(?<![\d.+-])\d(?:[ -]?\d){12,18}(?![\d.])"),
        "ISO/IEC 7812",
        (),
        is_card_number,
        of_values=True,
    ),
    SecretRule(
        "a text that looks random, as keys and tokens do",
        re.compile(r"[A-Za-z0-9+/_-]{20,}"),
        "see randomness",
        (),
        is_random,
        of_values=True,
    ),
)

_NAMES: Final = re.compile(
    r"(?:pass(?:word|wd|phrase|code)|pwd|secret(?:_?(?:key|access_?key|token))?|(?:api|access|private|signing|encryption)_?key"
    r"|(?:auth|access|refresh|bearer|session|id)_?token|credentials?|authorization)s?\Z",
    re.IGNORECASE,
)
"""Names of attributes that hold secrets, whatever they look like."""
SHORTEST_SECRET = 6
"""No shorter text is taken for a secret."""


_HINT: Final = re.compile("|".join(re.escape(hint) for rule in RULES for hint in rule.hint))
_LONG: Final = re.compile(r"\d(?:[ -]?\d){12}|[A-Za-z0-9+/_-]{20}")
"""What is in every text that one of the rules without a hint finds something in."""


def secrets_in(text: str, *, is_value: bool = True) -> Iterator[tuple[str, str]]:
    """What looks like a secret in a text, with what it looks like. ``is_value``: the text is an attribute's value."""
    if len(text) < SHORTEST_SECRET:
        return
    hinted, long = _HINT.search(text), is_value and _LONG.search(text)
    if not hinted and not long:
        return
    for rule in RULES:
        if rule.of_values and not long:
            continue
        if rule.hint and not (hinted and any(hint in text for hint in rule.hint)):
            continue
        for found in rule.pattern.finditer(text):
            if rule.holds is None or rule.holds(found.group()):
                yield rule.name, found.group()
                return


def is_secrets_name(attribute: str) -> bool:
    """Whether an attribute is called what a secret is called."""
    return bool(_NAMES.search(attribute))


def may_be_secret(text: str) -> bool:
    """Whether a text may be a secret at all, in an attribute that is called so."""
    return len(text) >= SHORTEST_SECRET and " " not in text.strip()
