"""Every observation of the real IAM's user side, answered by the fake as recorded."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from carried import can_carry, cases, skip_what_is_newer
from every_door import boto3_

from pytest_sscred import FakeIAM
from pytest_sscred.resources import is_faked

RECORDED = json.loads((Path(__file__).parents[1] / "recorded_users.json").read_text())
OBSERVATIONS = RECORDED["observations"]


def operations(seen):
    steps = [step["call"] for step in seen["setup"]] + [seen["call"]]
    return {plain(operation) for operation, _ in steps}


def plain(operation):
    return operation.removeprefix("sts:")


FAKED = [seen for seen in OBSERVATIONS if all(map(is_faked, operations(seen)))]


@pytest.mark.parametrize(("door", "seen"), cases(FAKED))
def test_the_fake_answers_as_aws_did(door, seen):
    skip_what_is_newer(door, seen)
    iam = FakeIAM()
    with door(iam) as ask:
        saved = {"account": iam.account_id, **RECORDED["fixtures"]}
        for step in seen["setup"]:
            answer = made(iam, ask, step, saved)
            assert answer.code == step.get("fails"), answer
            for name, path in step.get("save", {}).items():
                saved[name] = at(answer.result, path)
            while "until" in step and not contains(answer.result, step["until"]):
                answer = made(iam, ask, step, saved)
                assert answer.code is None, answer
        answer = made(iam, ask, seen, saved)

    assert answer.status in (seen["http"], None), answer
    assert answer.code == seen.get("code"), answer.message
    if "message" in seen:
        assert answer.message == filled(seen["message"], saved)
    expect = filled(seen.get("expect", {}), saved)
    if "message_like" in expect:
        assert re.search(expect.pop("message_like"), answer.message)
    check(answer.result, expect)


def made(iam, ask, step, saved):
    operation, params = step["call"]
    who = [filled(each, saved) for each in step.get("as", [])]
    return ask(plain(operation), *who[:1], **coded(filled(params, saved), saved, iam.clock.now()))


def filled(value, saved):
    if isinstance(value, dict):
        return {key: filled(each, saved) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, saved) for each in value]
    return value.format(**saved) if isinstance(value, str) else value


def coded(params, saved, now):
    """The parameters, with the codes of MFA devices in their place."""

    def one(value):
        if not isinstance(value, dict) or "totp" not in value:
            return value
        from pytest_sscred.resources.totp import STEP, code

        seed, steps = value["totp"]
        seed = saved[seed]
        seed = seed.decode() if isinstance(seed, bytes) else seed
        return code(seed, int(now.timestamp()) // STEP + steps)

    return {name: one(value) for name, value in params.items()}


def at(result, path):
    for name in path.split("."):
        result = result[name]
    return result


def contains(result, wanted):
    return all(same(result.get(name), value) for name, value in wanted.items())


def same(seen, wanted):
    if isinstance(seen, bytes):
        seen = seen.decode()
    if isinstance(seen, dt.datetime):
        seen = seen.isoformat()
    if isinstance(wanted, dict) and isinstance(seen, dict):
        return contains(seen, wanted)
    return seen == wanted


def check(result, expect):
    member = at(result, expect["member"]) if "member" in expect else result
    for kind, wanted in expect.items():
        if kind not in ("member", "list", *OF_LISTS):
            CHECKS[kind](member, wanted)
    if "list" in expect:
        found = None
        for place in (member, result):
            try:
                found = at(place, expect["list"])
                break
            except (KeyError, TypeError):
                continue
        assert found is not None, (expect["list"], result)
        for kind in OF_LISTS:
            if kind in expect:
                OF_LISTS[kind](found, expect[kind])


def check_values(member, wanted):
    assert contains(member, wanted), (member, wanted)


def check_fields(member, wanted):
    assert sorted(member) == sorted(wanted)


def check_present(member, wanted):
    assert set(wanted) <= set(member)


def check_absent(member, wanted):
    assert not set(wanted) & set(member)


def check_ids(member, wanted):
    for name, (prefix, length) in wanted.items():
        assert member[name].startswith(prefix)
        assert len(member[name]) == length


def check_differs(member, wanted):
    for name, value in wanted.items():
        assert member[name] != value


def check_json(member, wanted):
    for name, document in wanted.items():
        given = member[name]
        given = json.loads(unquote(given)) if isinstance(given, str) else given
        assert given == json.loads(document)


def check_text(member, wanted):
    for name, text in wanted.items():
        assert_like(member[name], text)


def assert_like(seen, wanted):
    seen = seen.decode() if isinstance(seen, bytes) else seen
    if wanted.startswith("~"):
        assert re.fullmatch(wanted[1:], seen), (seen, wanted)
    else:
        assert seen == wanted


def check_csv(member, wanted):
    content = member[wanted["member"]]
    content = content.decode() if isinstance(content, bytes) else content
    assert content.splitlines()[0] == wanted["header"]
    rows = {row["user"]: row for row in csv.DictReader(io.StringIO(content))}
    row = rows[wanted["row"]["user"]]
    for column, value in wanted["row"].items():
        assert_like(row[column], value)


def list_count(found, wanted):
    assert len(found) == wanted


def list_item(found, wanted):
    assert contains(found[0], wanted)


def list_items(found, wanted):
    assert len(found) == len(wanted)
    assert all(map(same, found, wanted)), (found, wanted)


def list_set(found, wanted):
    assert len(found) == len(wanted)
    for each in wanted:
        assert any(same(one, each) for one in found), (found, each)


def list_item_fields(found, wanted):
    for each in found:
        assert sorted(each) == sorted(wanted)


def list_nested(found, wanted):
    for member, fields in wanted.items():
        inner = found[0][member]
        inner = inner[0] if isinstance(inner, list) else inner
        assert sorted(inner) == sorted(fields)


def named(prefix):
    return {
        name.removeprefix(prefix): each
        for name, each in list(globals().items())
        if name.startswith(prefix)
    }


CHECKS = named("check_")
OF_LISTS = named("list_")


def test_every_kind_of_expectation_is_checked():
    """An expectation that no check knows would pass unseen."""
    used = {kind for seen in OBSERVATIONS for kind in seen.get("expect", {})}
    assert used - {"member", "list", "message_like"} == {*CHECKS, *OF_LISTS}


def test_botocores_clients_lack_only_numbers_written_as_text():
    left_out = [seen["name"] for seen in FAKED if not can_carry(boto3_, seen)]
    assert len(left_out) == 5
    assert all(name.startswith("ListUsers: MaxItems") for name in left_out)
