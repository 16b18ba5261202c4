"""What is on record does not change, whoever reads it."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from pytest_sscred.frozen import FrozenDict, FrozenList, frozen

VALUE = {"UserName": "Anika", "Tags": [{"Key": "Team", "Value": "red"}], "MaxItems": 3}
CHANGES = [
    lambda value: value.update(a=1),
    lambda value: value.pop("UserName"),
    lambda value: value.clear(),
    lambda value: value.__setitem__("UserName", "Bela"),
    lambda value: value.__delitem__("UserName"),
    lambda value: value["Tags"].append({}),
    lambda value: value["Tags"].sort(),
    lambda value: value["Tags"][0].update(Key="x"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_in_it_changes(change):
    kept = frozen(VALUE)
    with pytest.raises(TypeError, match=r"copy what you want to edit, as in dict\(call.params\)"):
        change(kept)
    assert kept == VALUE


def test_it_is_as_good_as_what_it_was_made_of():
    kept = frozen(VALUE)
    assert json.loads(json.dumps(kept)) == VALUE
    assert copy.copy(kept) == copy.deepcopy(kept) == pickle.loads(pickle.dumps(kept)) == VALUE
    assert isinstance(copy.deepcopy(kept), FrozenDict)
    assert isinstance(copy.copy(kept["Tags"]), FrozenList)
    edited = dict(kept)
    edited["UserName"] = "Bela"
    assert kept["UserName"] == "Anika"


def test_what_was_given_may_change_and_the_record_does_not():
    given = {"Tags": [{"Key": "a"}]}
    kept = frozen(given)
    given["Tags"][0]["Key"] = "b"
    assert kept == {"Tags": [{"Key": "a"}]}


def test_a_calls_parameters_do_not_change(iam, ask):
    ask("CreateUser", UserName="Anika", Tags=[{"Key": "Team", "Value": "red"}])
    with pytest.raises(TypeError):
        iam.calls[0].params["UserName"] = "Bela"
    with pytest.raises(TypeError):
        iam.calls[0].params["Tags"].append({})
    iam.assert_called("CreateUser", UserName="Anika")
