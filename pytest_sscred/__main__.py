"""`python -m pytest_sscred`: a fake IAM over HTTP, for tests by hand or in another language."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shlex
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pytest_sscred.environment import IN_THE_WAY
from pytest_sscred.fake import FakeIAM
from pytest_sscred.forgetting import forget
from pytest_sscred.journal import Journal
from pytest_sscred.options import Options
from pytest_sscred.state.state import State
from pytest_sscred.text import count, describe, in_one_line, printable
from pytest_sscred.wire import Response

_KEPT = 1000  # journal entries to keep; a server of this kind needs no more
_WIDEST = 300  # characters of a line about a request


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM. Returns the exit code: 2 for a wrong argument."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        iam = FakeIAM(account_id=options.account_id)
        iam._account.journal = Journal(_KEPT, partial(_drop, iam._account.state))
        loaded = iam.load(Path(options.load)) if options.load else []
        endpoint = iam.serve(options.port, answered=_print_answer)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's `&` ignores it
        signal.signal(number, signal.default_int_handler)
    with endpoint, contextlib.suppress(KeyboardInterrupt):
        users, credentials = count(len(iam.users()), "user"), count(len(loaded), "credential")
        _print(f"# A fake IAM of account {iam.account_id}, with {users} and {credentials},")
        _print("# until Ctrl-C. Lead AWS's SDKs and CLI to it with:")
        for name, value in endpoint.env.items():
            _print(f"export {name}={shlex.quote(value)}")
        _print(f"unset {' '.join(IN_THE_WAY)}")
        while True:
            time.sleep(3600)
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
        help="JSON as `aws iam get-account-authorization-details`, `aws iam "
        "list-service-specific-credentials --all-users` or `aws iam list-users` prints it",
    )
    return parser


def _print_answer(response: Response) -> None:
    if response.call is not None:
        line = f"{response.call.at:%H:%M:%S} {describe(response.call)}"
    else:
        said = re.search(rb"<Message>(.*?)(?:</Message>|\n)", response.body)
        line = f"{response.status}: {said[1].decode() if said else 'no call'}"
    _print(in_one_line(printable(line), _WIDEST))


def _drop(state: State, is_first: bool) -> None:
    if is_first:
        _print(f"# From now on only the last {_KEPT} calls are remembered, with long values cut.")
    forget(state, _KEPT)


def _print(line: str) -> None:
    """Flush at once, since someone may read a pipe live. If nobody reads it any more, carry on."""
    try:
        print(line, flush=True)
    except UnicodeEncodeError:
        print(ascii(line), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
