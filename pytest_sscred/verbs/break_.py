"""Break: errors on demand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

from botocore import exceptions
from botocore.exceptions import BotoCoreError

from pytest_sscred.arguments import (
    check_callable,
    check_count,
    check_delta,
    check_operation,
    check_text,
    known_service,
    user_name_of,
    users_line,
)
from pytest_sscred.faults import (
    LATENCY,
    Fault,
    Interruption,
    Schedule,
    after_some,
    every_nth,
    in_sequence,
    with_probability,
)
from pytest_sscred.handles import Credential, User
from pytest_sscred.names import nearest
from pytest_sscred.verbs.read import Read
from pytest_sscred.wire import NoAnswer

__tracebackhide__ = True

_NETWORK = (
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "EndpointConnectionError",
    "ReadTimeoutError",
)


Error = str | type[BotoCoreError] | BotoCoreError


class Break(Read):
    """What makes calls fail."""

    def add_fault(
        self,
        error: Error | None = None,
        *,
        on: str,
        user_name: User | str | None = None,
        credential_id: Credential | str | None = None,
        service_name: str | None = None,
        caller: User | str | None = None,
        times: int | Literal["default"] | None = "default",
        after: int = 0,
        every: int | None = None,
        sequence: str | None = None,
        probability: float | None = None,
        applied: bool = False,
        latency: dt.timedelta | None = None,
        message: str | None = None,
    ) -> Fault:
        """Have calls of an operation answered with an error, or late.

        A fault that never fires fails the test, unless it was removed or is drawn by `probability`.
        Usable in a `with`, which removes it at its end.

        :param error: a code on the wire or its class, as in `NoSuchEntity`,
            `NoSuchEntityException`; or botocore's error for a network that fails:
            `ReadTimeoutError`, `ConnectTimeoutError`, `EndpointConnectionError` or
            `ConnectionClosedError`, as name, class or instance. None, with `latency`, for an
            answer that is late and right
        :param on: the operation
        :param user_name: only calls about this user, named or calling
        :param credential_id: only calls that name this credential
        :param service_name: only calls about this service's credentials
        :param caller: only calls made by this user, or by the user of this ARN
        :param times: how many calls are answered with it, None for all; one, where it is left
            out, and with `every` all. Not to be given beside `sequence` and `probability`
        :param after: how many of the calls meant are let through first
        :param every: only the last of each `every` calls
        :param sequence: `F` and `P` for calls that fail and pass, as in `"FFPF"`
        :param probability: of each call's failing, from 0 to 1, drawn from the test's own seed
        :param applied: the change is made, and its answer lost
        :param latency: by which the clock moves on before the answer comes. Nothing waits. A
            client of the process whose read timeout is shorter gives up after that; where the
            answer would have been no error, the change was made
        :param message: the error's message; AWS's own, where it is left out
        :raises ValueError: for an operation that IAM does not have, or an error that it cannot
            answer with
        """
        check_operation(self._model, on)
        self._check_delay("latency", latency)
        if error is None and (latency is None or applied or message is not None):
            raise ValueError("give an error, or a latency alone for an answer that is late")
        code, no_answer = (LATENCY, None) if error is None else self._error(error, on)
        if message is not None:
            check_text("a message", message)
        fault = Fault(
            code,
            on,
            user_name=None if user_name is None else user_name_of(user_name),
            credential_id=None if credential_id is None else self._id(on, credential_id),
            service_name=None if service_name is None else known_service(service_name).name,
            caller=None if caller is None else _calling(caller),
            message=message,
            applied=applied,
            latency=latency,
            is_expected=probability is None,
            no_answer=no_answer,
            schedule=self._schedule(times, after, every, sequence, probability),
            added_at=users_line(),
        )
        self._faults.added.append(fault)
        return fault

    def deny(
        self,
        action: str,
        *,
        user_name: User | str | None = None,
        caller: User | str | None = None,
    ) -> Fault:
        """Have every call of an action answered with AccessDenied, in AWS's words, until removed.

        It predicts no call: one that never comes does not fail the test.

        :param action: as a policy names it: `iam:UpdateServiceSpecificCredential`
        :raises ValueError: for an action that is not `iam:` and one of its operations
        """
        check_text("an action", action)
        service, colon, operation = action.partition(":")
        if not colon or service != "iam":
            raise ValueError(f"deny takes an action of IAM, as in 'iam:DeleteUser', not {action!r}")
        fault = self.add_fault(
            "AccessDenied", on=operation, user_name=user_name, caller=caller, times=None
        )
        fault.is_expected = False
        return fault

    def before(
        self, operation: str, action: Callable[[], object], times: int | None = 1
    ) -> Interruption:
        """Have something happen just before a call of the code under test is answered.

        A user removed, say, or a second rotator that got there first. What never happens fails
        the test, as a fault does, unless it was removed.

        :param times: before how many calls of the operation; None for all
        :raises ValueError: for an operation that IAM does not have
        """
        check_operation(self._model, operation)
        check_callable("before", action)
        if times is not None:
            check_count("times", times, 1)
        interruption = Interruption(operation, action, times, self._as_the_test, users_line())
        self._faults.interruptions.append(interruption)
        return interruption

    def set_propagation(
        self, *, calls: int | None = None, after: dt.timedelta | None = None
    ) -> None:
        """Let reads not see at once what is written from now on, as IAM is eventually consistent.

        Reads are the operations named Get and List, and what a service makes of a credential.
        Writes see everything, and so does the test; what it seeds or removes itself is seen at
        once, and with it all that was written before. With neither argument all is seen at once
        again, what was written before too.

        :param calls: so many reads after a write do not see it
        :param after: nobody sees a write before the clock has moved on by this
        """
        if calls is not None and after is not None:
            raise ValueError("give one of calls and after, not both")
        if calls is not None:
            check_count("calls", calls, 1)
        self._check_delay("after", after)
        with self._account.lock:
            self._service.propagation.set(calls or 0, after)

    def _check_delay(self, name: str, delay: dt.timedelta | None) -> None:
        check_delta(name, delay)
        if delay is not None:
            self.clock.after(delay)

    def _error(self, error: Any, on: str) -> tuple[str, Any]:
        """The code, and what is raised where it is the network's."""
        if isinstance(error, str) and error in _NETWORK:
            error = getattr(exceptions, error)
        kind = error if isinstance(error, type) else type(error)
        if issubclass(kind, (exceptions.HTTPClientError, exceptions.ConnectionError)):
            _check_raisable(error)
            return kind.__name__, error
        check_text("an error", error)
        code, possible = self._model.wire_code(error), self._model.error_codes(on)
        if code not in possible:
            hint = nearest(error, [*possible, *_NETWORK])
            raise ValueError(f"{on} cannot answer with {error!r}: {hint}")
        return code, None

    def _schedule(
        self,
        times: int | Literal["default"] | None,
        after: int,
        every: int | None,
        sequence: str | None,
        probability: float | None,
    ) -> Schedule:
        given = times != "default"
        if times == "default":
            times = 1 if every is None else None
        if times is not None:
            check_count("times", times, 1)
        check_count("after", after, 0)
        if given and (sequence is not None or probability is not None):
            raise ValueError("times says nothing beside sequence and probability: leave it out")
        if [every, sequence, probability].count(None) < 2:
            raise ValueError("give one of every, sequence and probability, not several")
        if every is not None:
            check_count("every", every, 1)
            return every_nth(every, after, times)
        if sequence is not None:
            check_text("sequence", sequence)
            if set(sequence) - {"F", "P"} or "F" not in sequence:
                raise ValueError(f"sequence takes letters F and P, an F at least, not {sequence!r}")
            return in_sequence("P" * after + sequence)
        if probability is not None:
            if not isinstance(probability, (int, float)) or not 0 < probability <= 1:
                raise ValueError(f"probability takes a number over 0, up to 1, not {probability!r}")
            seed = f"{self._seed} {self._faults.by_chance}"
            self._faults.by_chance += 1
            return with_probability(probability, after, seed)
        return after_some(after, times)

    def _id(self, operation: str, credential: Credential | str) -> str:
        """The id that a fault chooses by; it may be one that is yet to be made."""
        if "ServiceSpecificCredentialId" not in self._model.members(operation):
            raise ValueError(f"{operation} names no credential, so no call of it has credential_id")
        if isinstance(credential, Credential):
            return self._credential(credential).id
        check_text("a credential's id", credential)
        return credential


def _check_raisable(error: Any) -> None:
    """ValueError for a class that botocore raises with more than a URL."""
    try:
        NoAnswer(error).as_botocore_raises("https://iam.amazonaws.com/")
    except (KeyError, TypeError):
        raise ValueError(
            f"{error.__name__} says more than where it was to go: give an instance of it"
        ) from None


def _calling(caller: User | str) -> str:
    """The name of a user, whose ARN may be given; ValueError for an ARN of another kind."""
    name = user_name_of(caller)
    if not name.startswith("arn:"):
        return name
    _, is_user, path = name.partition(":user/")
    if not is_user:
        raise ValueError(f"caller takes a user, its name or its ARN, not {name!r}")
    return path.rpartition("/")[2]
