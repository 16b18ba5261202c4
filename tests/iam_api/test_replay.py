"""What is universal: no fault loses a Transition, and the calls tell all that was done."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st
from waist import Waist

from pytest_sscred import FakeIAM
from pytest_sscred.resources.credentials import KIND

START = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
USERS = ("Anika", "Bela")
SERVICES = ("codecommit.amazonaws.com", "bedrock.amazonaws.com")

users = st.sampled_from(USERS)
statuses = st.sampled_from(["Active", "Inactive"])
which = st.integers(0, 3)  # of the credentials that there were so far
steps = st.one_of(
    st.tuples(st.just("CreateUser"), users),
    st.tuples(st.just("DeleteUser"), users),
    st.tuples(st.just("UpdateUser"), users, users),
    st.tuples(
        st.just("CreateServiceSpecificCredential"),
        users,
        st.sampled_from(SERVICES),
        st.sampled_from([None, 1, 30]),
    ),
    st.tuples(st.just("UpdateServiceSpecificCredential"), users, which, statuses),
    st.tuples(st.just("ResetServiceSpecificCredential"), users, which),
    st.tuples(st.just("DeleteServiceSpecificCredential"), users, which),
    st.tuples(st.just("ListServiceSpecificCredentials"), users),
    st.tuples(st.just("shift"), st.sampled_from([1, 3600, 86400 * 2])),
)
ERRORS = ["Throttling", "NoSuchEntity", "AccessDenied", "ReadTimeoutError"]
faults = st.none() | st.none() | st.tuples(st.sampled_from(ERRORS), st.booleans())
runs = st.lists(st.tuples(steps, faults), min_size=3, max_size=25)


def params_of(iam, operation, values):
    known = list(KIND.rows(iam._account.state)) or ["ACCA" + "A" * 17]
    if operation == "CreateServiceSpecificCredential":
        user, service, age = values
        params = {"UserName": user, "ServiceName": service}
        return params if age is None else {**params, "CredentialAgeDays": age}
    if operation == "UpdateUser":
        return {"UserName": values[0], "NewUserName": values[1]}
    params = {"UserName": values[0]}
    if len(values) > 1:
        credential_id = params["ServiceSpecificCredentialId"] = known[values[1] % len(known)]
        if values[1] and KIND.find(iam._account.state, credential_id):  # of its own user, mostly
            params["UserName"] = iam.credential(credential_id).user_name
    if operation == "UpdateServiceSpecificCredential":
        params["Status"] = values[2]
    return params


def played(run):
    """The account after a run of steps, each with the fault that it met, if any."""
    iam = FakeIAM()
    iam.clock.move_to(START)
    ask = Waist(iam)
    for user in USERS:
        ask("CreateUser", UserName=user)
        ask("CreateServiceSpecificCredential", UserName=user, ServiceName=SERVICES[0])
    for (operation, *values), fault in run:
        if operation == "shift":
            iam.clock.shift(dt.timedelta(seconds=values[0]))
            continue
        if fault is not None:
            error, applied = fault
            iam.add_fault(error, on=operation, applied=applied)
        sent(ask, operation, params_of(iam, operation, values))
    return iam


def replayed(calls):
    iam = FakeIAM()
    ask = Waist(iam)
    for call in calls:
        if call.error is None or call.applied:
            iam.clock.move_to(call.at)
            sent(ask, call.operation, call.params)
    return iam


def sent(ask, operation, params):
    ask(operation, **params)


def state(iam):
    """All that there is and was, histories and secrets too."""
    records = KIND.rows(iam._account.state).values()
    return iam.dump(), [
        (record.id, record.alias, record.secret, record.old_secrets, list(record.history))
        for record in records
    ]


@settings(max_examples=150, deadline=None)
@given(runs)
def test_replaying_the_calls_of_a_run_gives_the_same_state(run):
    iam = played(run)
    again = replayed(iam.calls)
    again.clock.move_to(iam.clock.now())
    assert state(again) == state(iam)


@settings(max_examples=150, deadline=None)
@given(runs)
def test_no_sequence_of_faults_loses_a_transition(run):
    iam = played(run)
    done = [call for call in iam.calls if call.error is None or call.applied]
    for record in KIND.rows(iam._account.state).values():
        previous = None
        for transition in record.history:
            assert transition.previous == previous
            assert transition.status != previous
            previous = transition.status
        by_calls = [
            (call.operation, call.at)
            for call in done
            if call.params.get("ServiceSpecificCredentialId") == record.id
        ]
        for transition in record.history.since(1):
            if transition.operation != "ExpirationDate":
                assert (transition.operation, transition.at) in by_calls
        wanted = [
            call.params["Status"]
            for call in done
            if call.operation == "UpdateServiceSpecificCredential"
            and call.params["ServiceSpecificCredentialId"] == record.id
        ]
        set_to = [
            each.status
            for each in record.history.since(1)
            if each.operation == "UpdateServiceSpecificCredential"
        ]
        kept = [
            status
            for status, before in zip(wanted, ["Active", *wanted], strict=False)
            if status != before
        ]
        assert set_to == kept
        gone = KIND.find(iam._account.state, record.id) is None
        assert gone == (record.history.last.status == "Deleted")
