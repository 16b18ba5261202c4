"""One account under load for minutes: in the end everybody agrees, and nothing is left over.

Threads call through boto3, event loops through aiobotocore, and connections over HTTP, while faults
strike, a rule judges, events are heard, answers are lost, and reads lag behind. Processes are
forked, other accounts' servers come and go, tasks are cancelled; between two rounds another account
opens and closes.
Each worker has a user of its own, so it can count what it was told.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from waist import form_of, read

from pytest_sscred import FakeIAM
from pytest_sscred.protocol.model import load_model
from pytest_sscred.wire import Response

SECONDS = 60 * float(os.environ.get("SSCRED_SOAK_MINUTES", "10"))
ROUND = 20.0
THREADS, LOOPS, CONNECTIONS = 20, 4, 8
ONCE = Config(retries={"total_max_attempts": 1})
SERVICE = "codecommit.amazonaws.com"
CREATE = "CreateServiceSpecificCredential"
UPDATE = "UpdateServiceSpecificCredential"
RESET = "ResetServiceSpecificCredential"
LIST = "ListServiceSpecificCredentials"
DELETE = "DeleteServiceSpecificCredential"
METHODS = {name: xform_name(name) for name in (CREATE, UPDATE, RESET, LIST, DELETE)}


class Worker:
    """What one worker asks for, and how often it was told what."""

    def __init__(self, number: int) -> None:
        self.name = f"worker-{number}"
        self.random = random.Random(number)
        self.ids: list[str] = []
        self.told: Counter[tuple[str, str]] = Counter()

    def next_call(self) -> tuple[str, dict[str, str]]:
        mine = {"UserName": self.name}
        choice = self.random.random()
        if choice < 0.2 or not self.ids:
            return CREATE, {**mine, "ServiceName": SERVICE}
        if choice < 0.4:
            return LIST, mine
        mine["ServiceSpecificCredentialId"] = self.random.choice(self.ids)
        if choice < 0.8:
            return UPDATE, {**mine, "Status": self.random.choice(["Active", "Inactive"])}
        return (RESET if choice < 0.9 else DELETE), mine

    def hear(self, operation: str, params: dict[str, str], answer: Any) -> None:
        if isinstance(answer, ClientError):
            code = answer.response["Error"]["Code"]
        elif isinstance(answer, BotoCoreError | OSError | HTTPException):
            code = "lost"
        else:
            code = "ok"
        self.told[operation, code] += 1
        if operation == CREATE and code == "ok":
            self.ids.append(answer["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])
        if operation == DELETE and code == "ok":
            self.ids.remove(params["ServiceSpecificCredentialId"])


def work(worker: Worker, call: Callable[..., Any], ends: float) -> None:
    """Call until it ends, through botocore or over HTTP."""
    while time.monotonic() < ends:
        operation, params = worker.next_call()
        try:
            answer = call(operation, params)
        except (ClientError, BotoCoreError, OSError, HTTPException) as error:
            answer = error
        worker.hear(operation, params, answer)


def through(client: Any) -> Callable[..., Any]:
    return lambda operation, params: getattr(client, METHODS[operation])(**params)


def over_http(connection: HTTPConnection) -> Callable[..., Any]:
    """Calls over a connection, which is made anew after a lost answer."""

    def call(operation: str, params: dict[str, str]) -> Any:
        model = load_model().operation(operation)
        try:
            connection.request("POST", "/", urlencode(form_of(model, params)).encode())
            got = connection.getresponse()
            response = Response(got.status, dict(got.headers), got.read())
        except (OSError, HTTPException):
            connection.close()
            raise
        answer = read(response, model.output_shape)
        if answer.code:
            raise ClientError({"Error": {"Code": answer.code}}, operation)
        return answer.result

    return call


def connect(endpoint: Any) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", endpoint.port, timeout=60)


def in_loop(worker: Worker, ends: float) -> None:
    """The same through aiobotocore, with a task cancelled after each call."""

    async def calls() -> None:
        options = {
            "config": AioConfig(retries={"total_max_attempts": 1}),
            "region_name": "us-east-1",
        }
        async with get_session().create_client("iam", **options) as client:
            while time.monotonic() < ends:
                operation, params = worker.next_call()
                try:
                    answer = await getattr(client, METHODS[operation])(**params)
                except (ClientError, BotoCoreError) as error:
                    answer = error
                worker.hear(operation, params, answer)
                task = asyncio.ensure_future(client.list_users())
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(calls())


def come_and_go(ends: float) -> None:
    """Processes, and servers of other accounts."""
    while time.monotonic() < ends:
        other = FakeIAM()
        other.add_user("Bela")
        with other.serve() as endpoint, closing(connect(endpoint)) as connection:
            over_http(connection)(CREATE, {"UserName": "Bela", "ServiceName": SERVICE})
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
        time.sleep(0.05)


def left_over():
    gc.collect()
    return len(os.listdir("/proc/self/fd")), threading.active_count()


def blocks() -> int:
    """How many pieces of memory Python holds. tracemalloc would hang in forked processes."""
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.timeout(0)
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_everybody_agrees_in_the_end_and_nothing_is_left_over(capsys):
    soak(1)  # what is loaded once is not left over
    before, held = left_over(), blocks()
    made, told = soak(SECONDS)
    after, more = left_over(), blocks() - held
    with capsys.disabled():
        print(f"\n{made:,} calls of {THREADS + LOOPS + CONNECTIONS} workers; told {dict(told)}")
        print(f"pieces of memory left over: {more:,} of {held:,}")
        print(f"descriptors, threads: {before}, then {after}")
    assert after == before
    assert more < held / 100


def soak(seconds: float) -> tuple[int, Counter[str]]:
    """Work on an account that long; how many calls it had, and how often what was told."""
    workers = [Worker(number) for number in range(THREADS + LOOPS + CONNECTIONS)]
    iam = FakeIAM(unused_faults="allow")
    for worker in workers:
        iam.add_user(worker.name)
    iam.set_propagation(calls=2)
    iam.require_at_most(2 * len(workers))
    iam.add_fault("Throttling", on=UPDATE, times=None, every=7)
    iam.add_fault("ServiceFailure", on=CREATE, times=None, every=11)
    iam.add_fault("ReadTimeoutError", on=RESET, times=None, every=5, applied=True)
    heard = iam.on_event(lambda event, context: None, {"detail": {"eventName": [CREATE]}})
    with iam, iam.serve() as endpoint:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            until = min(ends, time.monotonic() + ROUND)
            one_round(iam, workers, endpoint, until)
            with FakeIAM() as other:
                other.client().create_user(UserName="Bela")
                assert len(other.calls) == 1
    agree(iam, workers)
    assert len(heard.events) == sum(call.operation == CREATE for call in iam.calls)
    told = sum((worker.told for worker in workers), Counter())
    by_code: Counter[str] = Counter()
    for (_, code), times in told.items():
        by_code[code] += times
    return len(iam.calls), by_code


def one_round(iam: FakeIAM, workers: list[Worker], endpoint: Any, until: float) -> None:
    threads, loops = workers[:THREADS], workers[THREADS : THREADS + LOOPS]
    remote = [(each, connect(endpoint)) for each in workers[THREADS + LOOPS :]]
    with ThreadPoolExecutor(len(workers) + 1) as pool:
        jobs = [
            *(pool.submit(work, each, through(iam.client(config=ONCE)), until) for each in threads),
            *(pool.submit(in_loop, each, until) for each in loops),
            *(pool.submit(work, each, over_http(one), until) for each, one in remote),
            pool.submit(come_and_go, until),
        ]
    for _, connection in remote:
        connection.close()
    for job in jobs:
        job.result()


def agree(iam: FakeIAM, workers: list[Worker]) -> None:
    """The journal, what the workers were told, and the histories say the same, to the last call."""
    calls: dict[str, list[Any]] = {}
    for call in iam.calls:
        calls.setdefault(call.params.get("UserName", ""), []).append(call)
    for worker in workers:
        mine = calls.get(worker.name, [])
        kept = Counter((call.operation, code_of(call)) for call in mine)
        assert kept == worker.told
        done = [call for call in mine if call.error is None or call.applied]
        for operation in (CREATE, DELETE):
            assert kept[operation, "ok"] == [call.operation for call in done].count(operation)
        handles = iam.credentials(worker.name) + iam.credentials(worker.name, status="Deleted")
        assert len(handles) == kept[CREATE, "ok"]
        of_id: dict[str, list[Any]] = {}
        for call in done:
            of_id.setdefault(call.params.get("ServiceSpecificCredentialId", ""), []).append(call)
        for handle in handles:
            statuses = ["Active"]
            for call in of_id.get(handle.id, []):
                after = "Deleted" if call.operation == DELETE else call.params.get("Status")
                if after is not None and after != statuses[-1]:
                    statuses.append(after)
            assert handle.statuses == statuses


def code_of(call: Any) -> str:
    return "lost" if call.error == "ReadTimeoutError" else call.error or "ok"
