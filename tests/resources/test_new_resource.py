"""What a new resource gets for nothing, and that its file has at most forty lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import toy_ssh_keys as toy
from waist import Waist

from pytest_sscred import FakeIAM
from pytest_sscred.handles import Held
from pytest_sscred.resources import HANGING, KINDS, READS, WRITES, ssh_public_keys
from pytest_sscred.sweep import Sweeping

ANIKA = {"UserName": "Anika"}


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    for operations, more in ((READS, toy.READS), (WRITES, toy.WRITES)):
        for name, operation in more.items():
            monkeypatch.setitem(operations, name, operation)
    # In the place of the real ones, whose operations have the same names.
    kinds_of = KINDS.things, HANGING.things
    places = [(kinds, kinds.index(ssh_public_keys.KIND)) for kinds in kinds_of]
    for kinds, place in places:
        kinds[place] = toy.KIND
    yield
    for kinds, place in places:
        kinds[place] = ssh_public_keys.KIND


@pytest.fixture
def keys(iam, ask):
    """Three keys of Anika's, as handles."""
    iam.add_user("Anika")
    ids = []
    for body in ("one", "two", "three"):
        made = ask("UploadSSHPublicKey", **ANIKA, SSHPublicKeyBody=body).result["SSHPublicKey"]
        ids.append(made["SSHPublicKeyId"])
    return [Held(iam._account.state, an_id, toy.KIND) for an_id in ids]


def about(key):
    return {**ANIKA, "SSHPublicKeyId": key.id}


def listed(ask, **params):
    answer = ask("ListSSHPublicKeys", **params)
    return answer.code or [each["SSHPublicKeyId"] for each in answer.result["SSHPublicKeys"]]


def test_it_takes_one_file_of_forty_lines():
    assert len(Path(toy.__file__).read_text(encoding="utf-8").splitlines()) <= 40


def test_it_is_read_listed_in_pages_changed_and_deleted(ask, keys):
    first, *_ = keys
    got = ask("GetSSHPublicKey", **about(first), Encoding="SSH").result["SSHPublicKey"]
    assert (got["SSHPublicKeyBody"], got["Status"], got["UserName"]) == ("one", "Active", "Anika")
    assert got["UploadDate"] == first.created
    page = ask("ListSSHPublicKeys", **ANIKA, MaxItems=2).result
    assert "SSHPublicKeyBody" not in page["SSHPublicKeys"][0]  # not in that list's shape
    rest = ask("ListSSHPublicKeys", **ANIKA, Marker=page["Marker"]).result
    ids = [each["SSHPublicKeyId"] for part in (page, rest) for each in part["SSHPublicKeys"]]
    assert ids == sorted(key.id for key in keys)
    ask("UpdateSSHPublicKey", **about(first), Status="Inactive")
    ask("DeleteSSHPublicKey", **about(first))
    assert listed(ask, **ANIKA) == sorted(key.id for key in keys[1:])
    gone = ask("GetSSHPublicKey", **about(first), Encoding="SSH")
    assert (gone.code, gone.message) == (
        "NoSuchEntity",
        f"The Public Key with id {first.id} cannot be found.",
    )


def test_it_has_a_handle_with_transitions(iam, ask, keys):
    first, second, _ = keys
    ask("UpdateSSHPublicKey", **about(first), Status="Inactive")
    ask("DeleteSSHPublicKey", **about(second))
    assert first.statuses == ["Active", "Inactive"]
    assert [each.operation for each in second.transitions] == [
        "UploadSSHPublicKey",
        "DeleteSSHPublicKey",
    ]
    assert (first.user_name, first.is_active) == ("Anika", False)
    assert repr(first) == f"<SSH public key {first.id} of Anika, Inactive>"
    iam.assert_deactivated(first)
    iam.assert_deleted(second)
    iam.assert_deleted(second.id)
    with pytest.raises(AssertionError) as red:
        iam.assert_active(first)
    assert str(red.value).startswith(
        f"Inactive, not Active: {first.id} of Anika (SSH public key)\n"
    )


def test_delete_user_meets_it_and_a_removal_takes_it_along(iam, ask, keys):
    conflict = ask("DeleteUser", **ANIKA)
    assert (conflict.code, conflict.message) == ("DeleteConflict", toy.KIND.conflict)
    iam.remove_user("Anika")
    assert [key.status for key in keys] == ["Deleted"] * 3
    assert keys[0].transitions[-1].operation == "remove_user"


def test_a_read_may_not_see_it_yet(iam, ask, keys):
    iam.set_propagation(calls=1)
    ask("DeleteSSHPublicKey", **about(keys[0]))
    assert len(listed(ask, **ANIKA)) == 3
    assert len(listed(ask, **ANIKA)) == 2


def test_a_sweep_puts_it_back(iam, ask, keys):
    before = iam.dump()

    def scenario():
        made = ask("UploadSSHPublicKey", **ANIKA, SSHPublicKeyBody="four").result
        seen.append(made.get("SSHPublicKey", {}).get("SSHPublicKeyId"))
        ask("DeleteSSHPublicKey", **about(keys[0]))

    seen = []
    sweeping = Sweeping(iam._account, ["AccessDenied"], None)
    scenario()
    after = iam.dump()
    states = [iam.dump() for _ in sweeping.results(scenario)]
    assert [len(each["SSHPublicKeys"]) for each in states] == [2, 4]
    assert seen == [seen[0], None, seen[0]]
    assert before != after == iam.dump()


def test_it_is_dumped_and_loaded(iam, ask, keys):
    ask("UpdateSSHPublicKey", **about(keys[0]), Status="Inactive")
    dumped = json.loads(json.dumps(iam.dump()))
    again = FakeIAM(seed="again")
    again.load(dumped)
    assert again.dump() == dumped
    assert "'SSHPublicKeyBody': 'two'" in str(dumped)
    with pytest.raises(ValueError, match="the account has a SSH public key 'APKA"):
        again.load({"SSHPublicKeys": dumped["SSHPublicKeys"]})


def test_a_fault_chooses_by_its_id(iam, ask, keys):
    first, second, _ = keys
    fault = iam.add_fault("ServiceFailure", on="DeleteSSHPublicKey", credential_id=second)
    assert ask("DeleteSSHPublicKey", **about(first)).code is None
    assert ask("DeleteSSHPublicKey", **about(second)).code == "ServiceFailure"
    assert fault.hits == 1


def test_a_report_has_a_row_of_it(iam, ask, keys):
    ask("UpdateSSHPublicKey", **about(keys[0]), Status="Inactive")
    report = iam.report()
    assert "3 SSH public keys" in report
    assert f"{keys[0].id}  Anika  Active > Inactive" in report


def test_it_is_asserted_on_among_the_calls(iam, ask, keys):
    ask("UpdateSSHPublicKey", **about(keys[0]), Status="Inactive")
    iam.assert_called("UpdateSSHPublicKey", SSHPublicKeyId=keys[0], Status="Inactive")
    iam.assert_not_called("UpdateSSHPublicKey", SSHPublicKeyId=keys[1])


def test_a_refused_call_leaves_nothing_half_done(iam, ask, keys, monkeypatch):
    def half(state, ask):
        toy.upload(state, ask)
        toy.KIND.delete(state, ask._replace(params={**ask.params, "SSHPublicKeyId": "APKAx"}))

    monkeypatch.setitem(WRITES, "UploadSSHPublicKey", half)
    before = iam.dump()
    assert ask("UploadSSHPublicKey", **ANIKA, SSHPublicKeyBody="x").code == "NoSuchEntity"
    assert iam.dump() == before


def test_a_bug_in_it_leaves_nothing_half_done_either(iam, ask, keys, monkeypatch):
    def half(state, ask):
        toy.upload(state, ask)
        raise ZeroDivisionError

    monkeypatch.setitem(WRITES, "UploadSSHPublicKey", half)
    before = iam.dump()
    with pytest.raises(ZeroDivisionError):
        Waist(iam)("UploadSSHPublicKey", **ANIKA, SSHPublicKeyBody="x")
    assert iam.dump() == before
    assert iam.calls[-1].error == "ZeroDivisionError"
