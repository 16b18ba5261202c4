"""What no recording of AWS shows, each guess once, so that a recording can replace it in one place.

Everything else about IAM's answers comes from recordings, AWS's documents or botocore's model;
`tests/recorded.json` names the source of each.
"""

from __future__ import annotations

DEFAULT_PAGE_SIZE = 100
"""Items on a page where the caller gives no MaxItems (IAM's documents say "defaults to 100")."""

EXPIRED_COUNTS_TOWARD_QUOTA = True
"""An expired credential still takes one of the two places a user has for a service."""

EXPIRED_CANNOT_BE_UPDATED = "Operation does not support a credential that has expired"
EXPIRED_CANNOT_BE_RESET = "Operation does not support a credential that has expired"
"""InvalidInput's text for an expired credential; that Reset refuses is documented, the text not."""

MALFORMED = "Invalid Argument: {value}"
"""MalformedInput's text; the code and its HTTP status are recorded, the text is not."""

SERVICE_FAILURE = "The request processing has failed because of an unknown error."
ACCESS_DENIED = (
    "User: {caller} is not authorized to perform: iam:{operation} on resource: {resource} "
    "because no identity-based policy allows the iam:{operation} action"
)
"""Reported for other IAM operations by third parties, not recorded for these."""

ADMINISTRATOR = "arn:aws:sts::{account_id}:assumed-role/Administrator/pytest-sscred"
"""Who calls where no user does: a role, so that leaving UserName out is refused as recorded."""

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
"""How Bedrock refuses an API key, with 403: reported by third parties. That an inactive one gets
the second text is a guess, and so is that the other services with API keys answer likewise."""

NO_TOKEN = (
    "MissingAuthenticationTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/",
    "Missing Authentication Token",
)
"""What a service with API keys answers to a call without any, with 403."""

CODECOMMIT_CHALLENGE = 'Basic realm="AWS CodeCommit"'
"""What asks git for a name and a password, with 401; that wrong ones get 403 is reported."""
