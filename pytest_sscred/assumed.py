"""Guesses that no recording of AWS confirms, each in one place, so that a recording can replace it.

Everything else about IAM's answers comes from recordings, AWS's documents or botocore's model;
`tests/recorded.json` names the source of each.
"""

from __future__ import annotations

DEFAULT_PAGE_SIZE = 100
"""Items on a page if the caller gives no MaxItems (IAM's documents say "defaults to 100")."""

EXPIRED_COUNTS_TOWARD_QUOTA = True
"""An expired credential still takes one of the two places a user has for a service."""

EXPIRED_CANNOT_BE_UPDATED = "Operation does not support a credential that has expired"
EXPIRED_CANNOT_BE_RESET = "Operation does not support a credential that has expired"
"""InvalidInput's text for an expired credential. AWS documents that Reset refuses, not the text."""

MALFORMED = "Invalid Argument: {value}"
"""MalformedInput's text; the code and its HTTP status are recorded, the text is not."""

SERVICE_FAILURE = "The request processing has failed because of an unknown error."
ACCESS_DENIED = (
    "User: {caller} is not authorized to perform: iam:{operation} on resource: {resource} "
    "because no identity-based policy allows the iam:{operation} action"
)
"""Reported for other IAM operations by third parties, not recorded for these."""

ADMINISTRATOR = "arn:aws:sts::{account_id}:assumed-role/Administrator/pytest-sscred"
"""The caller if no user calls: a role, so that leaving UserName out is refused as recorded."""

_ACCESS_DENIED_TYPE = (
    "AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/"
)

NO_KEY = (
    _ACCESS_DENIED_TYPE,
    "Invalid API Key format: Must start with pre-defined prefix",
)
BAD_KEY = (
    _ACCESS_DENIED_TYPE,
    "Authentication failed: Please make sure your API Key is valid.",
)
EXPIRED_KEY = (_ACCESS_DENIED_TYPE, "Bearer Token has expired")
"""How Bedrock refuses an API key, with 403, as third parties report it. Two guesses: an inactive
key gets the second text, and the other services with API keys answer likewise."""

NO_TOKEN = (
    "MissingAuthenticationTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/",
    "Missing Authentication Token",
)
"""The answer of a service with API keys to a call without a key, with 403."""

CODECOMMIT_CHALLENGE = 'Basic realm="AWS CodeCommit"'
"""Sent with 401 to ask git for a name and a password. Wrong ones get 403, as is reported."""
