"""Every call knows the line of the user's code that made it."""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
import requests

from pytest_sscred.places import Place

HERE = "tests/iam_api/test_places.py"


def here(ahead=0):
    return f"{HERE}:{sys._getframe(1).f_lineno + ahead}"


def test_a_client_a_resource_and_a_paginator(sscred_iam):
    client = boto3.client("iam")
    lines = [here(1)]
    client.list_users()
    lines.append(here(1))
    list(client.get_paginator("list_users").paginate())
    lines.append(here(1))
    list(boto3.resource("iam").users.all())
    assert [call.made_at for call in sscred_iam.calls] == lines


def test_threads(sscred_iam):
    client = boto3.client("iam")
    line = here(3)

    def work():
        client.list_users()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()
    assert [call.made_at for call in sscred_iam.calls] == [line, line]


def test_a_function_that_a_pool_is_given_has_no_line_of_the_users(sscred_iam):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(boto3.client("iam").list_users).result()
    assert sscred_iam.calls[0].made_at is None


def test_asyncio(sscred_iam):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")

    async def main():
        async with session.get_session().create_client("iam", region_name="us-east-1") as client:
            await client.list_users()
            await asyncio.gather(client.list_users(), client.list_users())

    asyncio.run(main())
    first, *others = [call.made_at for call in sscred_iam.calls]
    assert first == f"{HERE}:{main.__code__.co_firstlineno + 2}"
    assert len(others) == 2  # of a task that gather has made: there may be no line


def test_over_http_there_is_none_and_over_requests_there_is(sscred_iam):
    form = {"Action": "ListUsers", "Version": "2010-05-08"}
    with sscred_iam.serve() as endpoint:
        requests.post(endpoint.url, data=form)
    with sscred_iam.open_services():
        requests.post("https://iam.amazonaws.com/", data=form)
        line = here(-1)
    assert [call.made_at for call in sscred_iam.calls] == [None, line]


def test_a_call_that_nobody_answers_tells_its_line_too(sscred_iam):
    with pytest.raises(NotImplementedError) as caught:
        boto3.client("iam").list_organizations_features()
    assert f"- called at {here(-1)}" in str(caught.value)
    problem = sscred_iam.problems()[0]
    sscred_iam._account.journal.rewind(0)  # told here
    assert f"- called at {here(-4)}" in problem


def test_a_place_is_short_from_here_and_whole_from_elsewhere(monkeypatch, tmp_path):
    place = Place(__file__, 3)
    assert str(place) == f"{HERE}:3"
    monkeypatch.chdir(tmp_path)
    assert str(place) == f"{__file__}:3"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "one")
    monkeypatch.setattr("os.path.relpath", lambda path: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        str(place)
    monkeypatch.chdir(tmp_path / "two")
    monkeypatch.setattr("os.path.relpath", lambda path: int("another drive"))
    assert str(place) == f"{__file__}:3"


def test_calls_are_equal_whichever_line_made_them(sscred_iam):
    client = boto3.client("iam")
    sscred_iam.clock.move_to(sscred_iam.clock.now())
    client.list_users()
    client.list_users()
    assert len(set(map(repr, sscred_iam.calls))) == 1
    assert sscred_iam.calls[0] == sscred_iam.calls[1]
