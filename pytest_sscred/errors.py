"""The errors IAM answers with, and those that this fake raises itself."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_sscred import assumed
from pytest_sscred.places import users_place


class AwsError(Exception):
    """An error that IAM answers with: `code` as on the wire, `message` in AWS's words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class OperationNotFaked(NotImplementedError):  # noqa: N818 - the name says what happened
    """The code under test called an IAM operation that this fake lacks, or an operation of another
    AWS service, and no mock answered. Nothing was sent."""


class AccountClosed(RuntimeError):  # noqa: N818 - the name says what happened
    """A call came too late: from a thread that outlived the account it began under, or from a
    client of a closed account. Nothing was sent."""

    @classmethod
    def for_thread(cls, what: str, account: str) -> AccountClosed:
        return cls._told(
            what,
            f"a thread that has gone on after the account of {account} was closed",
            "threads that end with the test; join them, or shut their pool down",
        )

    @classmethod
    def for_client(cls, what: str, account: str) -> AccountClosed:
        return cls._told(
            what,
            f"a client() of the account of {account}, used after it was closed",
            "clients of an account that is open; make another by its client()",
        )

    @classmethod
    def _told(cls, what: str, seen: str, expected: str) -> AccountClosed:
        place = users_place()
        called = f"\n- called at {place}" if place else ""
        return cls(
            f"account closed, and not sent: {what}\n- seen: {seen}\n- expected: {expected}{called}"
        )


# Where users import them from, and short: pytest's summary has 80 columns for name and message.
OperationNotFaked.__module__ = AccountClosed.__module__ = "pytest_sscred"


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What the wire needs to know about an error code."""

    code: str
    status: int
    by_sender: bool = True
    text: str = ""
    """AWS's message if nothing better is known."""


_COMMON = (
    ("AccessDenied", 403, assumed.ACCESS_DENIED),
    ("ExpiredToken", 403, "The security token included in the request is expired"),
    ("IncompleteSignature", 400, "The request signature does not conform to AWS standards."),
    ("InternalFailure", 500, assumed.SERVICE_FAILURE),
    ("InvalidAction", 400, "The action or operation requested is invalid."),
    ("InvalidClientTokenId", 403, "The security token included in the request is invalid."),
    ("MalformedHttpRequestException", 400, "Problems with the request at the HTTP level."),
    ("MalformedInput", 400, "Invalid Argument"),
    ("MissingAction", 400, "The request is missing an action."),
    ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    ("OptInRequired", 403, "The AWS access key ID needs a subscription for the service."),
    ("RequestEntityTooLargeException", 413, "The request entity is too large."),
    ("RequestExpired", 400, "Request has expired."),
    ("ServiceFailure", 500, assumed.SERVICE_FAILURE),
    ("ServiceUnavailable", 503, "The request has failed due to a temporary failure of the server."),
    ("SignatureDoesNotMatch", 403,
     "The request signature we calculated does not match the signature you provided. "
     "Check your AWS Secret Access Key and signing method. Consult the service "
     "documentation for details."),
    ("Throttling", 400, "Rate exceeded"),
    ("UnknownOperationException", 404, "The action or operation requested is not recognized."),
    ("ValidationError", 400,
     "The input fails to satisfy the constraints specified by an AWS service."),
)  # fmt: skip
COMMON_ERRORS = {
    code: ErrorKind(code, status, status < 500, text) for code, status, text in _COMMON
}
"""Errors of every AWS action: "Common Errors" of the IAM API reference, under their wire codes.

The texts of Throttling, InvalidClientTokenId, MissingAuthenticationToken and AccessDenied are as
third parties report them; the others paraphrase that page, and are not recorded.
"""


def no_such_user(name: str) -> AwsError:
    return AwsError("NoSuchEntity", f"The user with name {name} cannot be found.")
