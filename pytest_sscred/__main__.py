"""`python -m pytest_sscred`: a fake IAM over HTTP, for tests by hand or in another language."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from pytest_sscred.assertions import count, describe
from pytest_sscred.fake import FakeIAM
from pytest_sscred.options import Options
from pytest_sscred.wire import Response


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM. Returns the exit code: 2 for an argument that is wrong."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        iam = FakeIAM(account_id=options.account_id)
        loaded = iam.load(Path(options.load)) if options.load else []
        endpoint = iam.serve(options.port, answered=_print_answer)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    with endpoint:
        users, credentials = count(len(iam.users()), "user"), count(len(loaded), "credential")
        _print(f"# A fake IAM of account {iam.account_id}, with {users} and {credentials},")
        _print("# until Ctrl-C. Lead AWS's SDKs and CLI to it with:")
        for name, value in endpoint.env.items():
            _print(f"export {name}={shlex.quote(value)}")
        _wait_for_a_signal()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pytest_sscred", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1; a free one by default")
    parser.add_argument(
        "--account-id", default=Options.account_id, help="12 digits (default: %(default)s)"
    )
    parser.add_argument(
        "--load",
        metavar="FILE",
        help="JSON as `aws iam list-service-specific-credentials --all-users` prints it",
    )
    return parser


def _print_answer(response: Response) -> None:
    if response.call is None:
        _print(f"{response.status}: no call of an operation that is faked")
    else:
        _print(f"{response.call.at:%H:%M:%S} {describe(response.call)}")


def _print(line: str) -> None:
    """At once: who reads along through a pipe waits for it."""
    print(line, flush=True)


def _wait_for_a_signal() -> None:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, frame: stop.set())
    while not stop.wait(1):  # with an end, or Windows waits through Ctrl-C
        pass


if __name__ == "__main__":
    sys.exit(main())
