"""Every call is made whole or not at all, wherever an exception comes from nowhere."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import random
from urllib.parse import urlencode

import boto3
import pytest
from cutting import calls_in, cut_short
from names import BEDROCK, CREATE, DELETE, UPDATE
from waist import Waist, form_of

from pytest_sscred import FakeIAM
from pytest_sscred.callbacks import asked_by_callback, in_callback
from pytest_sscred.doors.botocore import _is_under_way, _process
from pytest_sscred.events.passing import DEPTH
from pytest_sscred.iam_api import handle
from pytest_sscred.protocol.model import load_model
from pytest_sscred.running import _is_run
from pytest_sscred.wire import Request

START = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
ABOUT = {"UserName": "Anika", "ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE"}
CALLS = [
    ("CreateUser", {"UserName": "Bela", "Tags": [{"Key": "Team", "Value": "red"}]}),
    ("CreateUser", {"UserName": "anika"}),
    ("UpdateUser", {"UserName": "Anika", "NewUserName": "Zoe"}),
    ("DeleteUser", {"UserName": "Cleo"}),
    ("ListUsers", {"MaxItems": 1}),
    (CREATE, {"UserName": "Cleo", "ServiceName": BEDROCK, "CredentialAgeDays": 1}),
    (UPDATE, {**ABOUT, "Status": "Inactive"}),
    (UPDATE, {**ABOUT, "Status": "Expired"}),
    ("ResetServiceSpecificCredential", ABOUT),
    (DELETE, ABOUT),
    ("CreateAccessKey", {"UserName": "Anika"}),
    ("AddUserToGroup", {"UserName": "Cleo", "GroupName": "git"}),
    ("GetUser", {}),
]
SETTINGS = {
    "plain": lambda iam: None,
    "seen later": lambda iam: iam.set_propagation(calls=3),
    "with a fault": lambda iam: iam.add_fault("Throttling", on="*", times=None, after=1),
    "with a late answer": lambda iam: iam.add_fault(None, on="*", latency=dt.timedelta(hours=1)),
    "with rules": lambda iam: (
        iam.require_active("Anika", BEDROCK),
        iam.require_no_changes(),
        iam.require_deactivated_before_deleted(),
    ),
}


@pytest.fixture
def prepared():
    """Makes accounts. They are open: rules would open them otherwise, and be cut short at that."""
    made = []

    def prepared(setting):
        iam = FakeIAM(unused_faults="allow")
        iam.open()
        made.append(iam)
        iam.clock.move_to(START)
        iam.add_credential("Anika", BEDROCK, id=ABOUT["ServiceSpecificCredentialId"])
        iam.add_user("Cleo")
        iam.add_group("git")
        key = iam.user("Anika").add_access_key()
        SETTINGS[setting](iam)
        return iam, key.id

    yield prepared
    for each in made:
        each.close()


def request(operation, key, params):
    form = form_of(load_model().operation(operation), params)
    return Request("/", f"Credential={key}/20261122/us-east-1/iam", urlencode(form).encode())


def shown(iam):
    """Everything in the account, but for who looks at its log since when."""
    plain, ordered = iam._account.state._tables
    rows = {
        name: {str(key): repr(row) for key, row in each.items()} for name, each in plain.items()
    }
    names = {name: (dict(each), list(each.order)) for name, each in ordered.items()}
    return {name: each for name, each in (rows | names).items() if any(each)}


# Of what was cut short before it was awaited, and of callbacks of the garbage collector.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("seed", range(40))
def test_a_call_is_made_whole_or_not_at_all(prepared, setting, seed):
    drawn = random.Random(f"{setting} {seed}")
    operation, params = drawn.choice(CALLS)

    def prepare():
        iam, key = prepared(setting)
        asked = request(operation, key, params)
        return iam, lambda: handle(iam._account, asked)

    for _ in range(2):  # the first time, more is called: what caches keep from then on
        iam, call = prepare()
        calls = calls_in(call)
    whole, (made,) = shown(iam), iam.calls

    iam, call = prepare()
    before = shown(iam)
    cut_short(call, drawn.randrange(calls))
    if iam.calls and iam.calls[0].error != "Cut":
        assert (shown(iam), iam.calls) == (whole, [made])
    else:
        assert shown(iam) == before
        assert [(call.operation, call.applied) for call in iam.calls] in (
            [], [(operation, False)]
        )  # fmt: skip
    log = iam._account.state.log
    assert (log.begun, log.lock._is_owned()) == (0, False)
    assert iam._account.journal.number_of_calls() == len(iam.calls)
    assert nothing_goes_on()


def nothing_goes_on():
    """Whether the next call is as good as the first: no flag says that one is under way."""
    if any(flags()):
        gc.collect()  # ends what was cut short, if it is not yet
    return not any(flags()) and not _process._under_way


def flags():
    return _is_run.get(), _is_under_way.get(), DEPTH.get(), in_callback(), asked_by_callback()


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", range(60))
def test_a_client_is_left_as_before_a_call(sscred_iam, seed):
    client = boto3.client("iam")
    sscred_iam.on_event(lambda event, context: client.list_users(), failures="allow")
    sscred_iam.before("CreateUser", client.list_users, times=None)

    def call():
        with contextlib.suppress(client.exceptions.EntityAlreadyExistsException):
            client.create_user(UserName="Anika")

    call()
    cut_short(call, random.Random(seed).randrange(calls_in(call)))
    assert nothing_goes_on()
    call()


def test_the_call_is_recorded_and_its_exception_goes_on(iam, monkeypatch):
    iam.add_user("Anika")
    before = shown(iam)

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("pytest_sscred.iam_api.result_body", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Waist(iam)("CreateAccessKey", UserName="Anika")
    assert [(call.operation, call.error, call.applied) for call in iam.calls] == [
        ("CreateAccessKey", "KeyboardInterrupt", False)
    ]
    assert shown(iam) == before
