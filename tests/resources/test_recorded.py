"""Every observation of the real IAM, with its source and date, answered by the fake as recorded."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from carried import cases, skip_what_is_newer

from pytest_sscred import FakeIAM

OBSERVATIONS = json.loads((Path(__file__).parents[1] / "recorded.json").read_text())["observations"]


@pytest.mark.parametrize(("door", "seen"), cases(OBSERVATIONS))
def test_the_fake_answers_as_aws_did(door, seen):
    skip_what_is_newer(door, seen)
    iam = FakeIAM()
    with door(iam) as ask:
        saved = {"account": iam.account_id}
        made = {}
        for step in seen["setup"]:
            operation, params = step["call"]
            answer = ask(operation, **filled(params, saved))
            assert answer.status in (200, None), answer
            assert answer.code is None, answer
            for name, path in step.get("save", {}).items():
                member, field = path.split(".")
                saved[name] = answer.result[member][field]
                made[saved[name]] = answer.result[member]
        operation, params = seen["call"]
        answer = ask(operation, **filled(params, saved))

    assert answer.status in (seen["http"], None)
    assert answer.code == seen.get("code")
    if "message" in seen:
        assert answer.message == seen["message"].format(**saved)
    expect = dict(seen.get("expect", {}))
    member = answer.result[expect.pop("member")] if "member" in expect else answer.result
    for check, wanted in expect.items():
        CHECKS[check](member, filled(wanted, saved), made)


def filled(value, saved):
    if isinstance(value, dict):
        return {key: filled(each, saved) for key, each in value.items()}
    if isinstance(value, str):
        return value.replace("{account}", saved["account"]).format_map(saved)
    return value


def the_credential(member, made):
    return made[member["ServiceSpecificCredentialId"]]


def check_count(member, wanted, made):
    assert len(member["ServiceSpecificCredentials"]) == wanted


def check_values(member, wanted, made):
    assert {name: member[name] for name in wanted} == wanted


def check_fields(member, wanted, made):
    assert sorted(member) == sorted(wanted)


def check_item(member, wanted, made):
    check_values(member["ServiceSpecificCredentials"][0], wanted, made)


def check_id_prefix(member, wanted, made):
    assert member["ServiceSpecificCredentialId"].startswith(wanted)


def check_id_length(member, wanted, made):
    assert len(member["ServiceSpecificCredentialId"]) == wanted


def check_lengths(member, wanted, made):
    assert {name: len(member[name]) for name in wanted} == wanted


def check_secret_prefix(member, wanted, made):
    secret = member["ServiceCredentialSecret"]
    assert secret.startswith(wanted)
    alias, _, rest = base64.b64decode(secret.removeprefix(wanted)).decode().partition(":")
    assert alias == member["ServiceCredentialAlias"]
    assert len(rest) == 60


def check_expires_after_seconds(member, wanted, made):
    lifetime = member["ExpirationDate"] - member["CreateDate"]
    assert lifetime.total_seconds() == wanted


def check_changed(member, wanted, made):
    for name in wanted:
        assert member[name] != the_credential(member, made)[name]


def check_unchanged(member, wanted, made):
    for name in wanted:
        assert member[name] == the_credential(member, made)[name]


CHECKS = {
    name.removeprefix("check_"): check
    for name, check in list(globals().items())
    if name.startswith("check_")
}


def test_every_kind_of_expectation_is_checked():
    """An expectation that no check knows would pass unseen."""
    used = {kind for seen in OBSERVATIONS for kind in seen.get("expect", {})} - {"member"}
    assert used == set(CHECKS)
