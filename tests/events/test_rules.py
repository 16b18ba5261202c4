"""Rules of events: which events a target is given, and what becomes of those it fails on."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import json
import re
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
import requests

from pytest_sscred import EventRule, FakeIAM
from pytest_sscred.running import run

BEDROCK = "bedrock.amazonaws.com"
CREATED = {"detail": {"eventName": ["CreateServiceSpecificCredential"]}}


class Target:
    """Notes the events that it is given, and does something with each."""

    def __init__(self, does=lambda event: None):
        self.given = []
        self.contexts = []
        self._does = does

    def __call__(self, event, context):
        self.given.append(event["detail"]["requestParameters"]["userName"])
        self.contexts.append(context)
        self._does(event)


def fail(event):
    raise ValueError("no such table")


@pytest.fixture
def create(ask):
    def made(*names):
        for name in names:
            assert ask("CreateUser", UserName=name).code is None

    return made


# Which events


def test_a_target_is_called_after_each_call_with_its_event(iam, create):
    seen = []
    rule = iam.on_event(lambda event, context: seen.append((event, len(iam.users()))))
    create("Anika")
    ((event, users),) = seen
    assert users == 1
    assert event["detail"] == iam.cloudtrail[-1] == iam.calls[-1].cloudtrail
    assert rule.events == [event]
    assert isinstance(rule, EventRule)


def test_the_events_form_is_eventbridges(iam, create):
    """As a real one has it (documentation of nuvibit, 2023-02)."""
    iam.clock.move_to(dt.datetime(2026, 9, 13, 15, 38, 40, tzinfo=dt.timezone.utc))
    rule = iam.on_event(Target())
    create("Anika")
    (event,) = rule.events
    assert json.loads(json.dumps(event)) == event
    detail, an_id = event.pop("detail"), event.pop("id")
    assert list(event.items()) == [
        ("version", "0"),
        ("detail-type", "AWS API Call via CloudTrail"),
        ("source", "aws.iam"),
        ("account", iam.account_id),
        ("time", "2026-09-13T15:38:40Z"),
        ("region", "us-east-1"),
        ("resources", []),
    ]
    assert re.fullmatch(r"[0-9a-f-]{36}", an_id)
    assert an_id != detail["eventID"]


def test_only_events_that_fit_reach_the_target(iam, ask, create):
    target = Target()
    iam.on_event(target, {"detail": {"requestParameters": {"userName": [{"prefix": "Bedrock"}]}}})
    create("Anika", "BedrockAPIKey-a1b2")
    assert target.given == ["BedrockAPIKey-a1b2"]


def test_a_pattern_may_be_json(iam, create):
    target = Target()
    iam.on_event(target, '{"detail": {"eventName": ["CreateUser"]}}')
    create("Anika")
    assert target.given == ["Anika"]


def test_reads_reach_no_target_unless_asked_for(iam, ask):
    """As on AWS: only ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS delivers them."""
    plain = iam.on_event(lambda event, context: None)
    whole = iam.on_event(lambda event, context: None, all_management_events=True)
    ask("ListUsers")
    assert (len(plain.events), len(whole.events)) == (0, 1)


def test_a_refused_call_makes_an_event(iam, ask):
    rule = iam.on_event(lambda event, context: None)
    ask("DeleteUser", UserName="Ghost")
    assert rule.events[0]["detail"]["errorCode"] == "NoSuchEntityException"


def test_a_call_whose_answer_was_lost_makes_an_event(iam, ask):
    iam.add_fault("ReadTimeoutError", on="CreateUser", applied=True)
    iam.add_fault("ConnectTimeoutError", on="DeleteUser")
    rule = iam.on_event(lambda event, context: None)
    ask("CreateUser", UserName="Anika")
    ask("DeleteUser", UserName="Anika")
    assert [each["detail"]["eventName"] for each in rule.events] == ["CreateUser"]


def test_what_the_test_itself_does_makes_no_event(iam):
    rule = iam.on_event(lambda event, context: None)
    iam.add_bedrock_key()
    iam.before("ListUsers", lambda: iam.client().create_user(UserName="Anika"))
    with iam:
        boto3.client("iam").list_users()
    assert rule.events == []


def test_what_a_target_does_to_its_event_stays_there(iam, create):
    both = [iam.on_event(lambda event, context: event.clear()) for _ in range(2)]
    create("Anika")
    assert all(rule.events[0]["detail"]["eventName"] == "CreateUser" for rule in both)
    both[0].events[0].clear()
    assert both[0].events[0]["source"] == "aws.iam"


def test_a_removed_rule_is_given_nothing_more(iam, create):
    target = Target()
    with iam.on_event(target) as rule:
        create("a")
    create("b")
    assert target.given == ["a"]
    assert (rule.removed, len(rule.events)) == (True, 1)


def test_its_repr_says_what_was_delivered(iam, create):
    rule = iam.on_event(Target())
    create("Anika")
    assert re.fullmatch(
        r"EventRule\(name='Target', added_at='\S+test_rules.py:\d+', delivered=1\)", repr(rule)
    )


# The invocation


def test_the_context_is_lambdas(iam, create):
    target = Target(fail)
    iam.on_event(functools.partial(target), failures="allow")
    create("Anika")
    context = target.contexts[0]
    assert context.function_name == "Target"
    assert context.function_version == "$LATEST"
    assert context.memory_limit_in_mb == "128"
    assert context.invoked_function_arn.endswith(f":{iam.account_id}:function:Target")
    assert context.log_group_name == "/aws/lambda/Target"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", context.log_stream_name)
    assert context.get_remaining_time_in_millis() == 900_000
    assert (context.identity, context.client_context) == (None, None)
    assert len({each.aws_request_id for each in target.contexts}) == 1


def test_each_delivery_is_an_invocation_of_its_own(iam, create):
    invocations = []
    for _ in range(2):
        iam.on_event(lambda event, context: invocations.append((event, context)), times=2)
    create("Anika")
    assert len({event["id"] for event, _ in invocations}) == 1
    assert len({context.aws_request_id for _, context in invocations}) == 4


def test_a_functions_name_in_the_context_is_one_that_lambda_takes(iam, create):
    contexts = []
    iam.on_event(lambda event, context: contexts.append(context))
    create("Anika")
    assert contexts[0].function_name == "-lambda-"


def test_what_a_target_calls_is_recorded_and_makes_events(iam):
    def quarantine(event, context):
        made = event["detail"]["responseElements"]["serviceSpecificCredential"]
        boto3.client("iam").update_service_specific_credential(
            UserName=made["userName"],
            ServiceSpecificCredentialId=made["serviceSpecificCredentialId"],
            Status="Inactive",
        )

    iam.add_user("Anika")
    with iam:
        iam.on_event(quarantine, CREATED)
        told = iam.on_event(lambda event, context: None)
        boto3.client("iam").create_service_specific_credential(
            UserName="Anika", ServiceName=BEDROCK
        )
        (key,) = iam.credentials()
        iam.assert_deactivated(key)
        iam.assert_order("CreateServiceSpecificCredential", "UpdateServiceSpecificCredential")
    assert sorted(each["detail"]["eventName"] for each in told.events) == [
        "CreateServiceSpecificCredential",
        "UpdateServiceSpecificCredential",
    ]


def test_a_target_of_an_account_that_is_not_open_reaches_it(iam, create):
    iam.on_event(
        lambda event, context: boto3.client("iam").create_group(GroupName="git"),
        {"detail": {"eventName": ["CreateUser"]}},
    )
    create("Anika")
    assert iam.calls[-1].operation == "CreateGroup"


def test_a_call_over_http_makes_events(iam):
    target = Target()
    iam.on_event(target)
    with iam.serve() as endpoint:
        endpoint_client(endpoint).create_user(UserName="Anika")
    assert target.given == ["Anika"]
    (record,) = iam.cloudtrail
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert record["userAgent"].startswith("Boto3/")


# Async targets


async def noted(given, event, context):
    await asyncio.sleep(0)
    given.append(event["detail"]["eventName"])


def test_an_async_target_is_run_to_its_end_in_a_sync_call(iam, create):
    given = []
    iam.on_event(functools.partial(noted, given))
    create("Anika")
    assert given == ["CreateUser"]


def test_an_async_target_is_run_to_its_end_in_a_sync_call_beside_a_loop(iam, create):
    given = []
    iam.on_event(functools.partial(noted, given))

    async def test():
        create("Anika")

    asyncio.run(test())
    assert given == ["CreateUser"]


def test_an_async_target_that_calls_itself_makes_events(iam, create):
    given = []

    async def target(event, context):
        await noted(given, event, context)
        if event["detail"]["eventName"] == "CreateUser":
            boto3.client("iam").create_group(GroupName="git")

    iam.on_event(target)
    with iam:
        create("Anika")
    assert given == ["CreateUser", "CreateGroup"]


def test_an_async_target_is_awaited_where_the_call_was(iam):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")
    loops = []

    async def target(event, context):
        await asyncio.sleep(0)
        loops.append(asyncio.get_running_loop())

    async def test():
        async with session.get_session().create_client("iam", region_name="us-east-1") as client:
            await client.create_user(UserName="Anika")
        return asyncio.get_running_loop()

    with iam:
        iam.on_event(target)
        loop = asyncio.run(test())
    assert loops == [loop]


def test_a_cancelled_call_cancels_its_target(iam):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")

    async def test():
        begun = asyncio.Event()

        async def target(event, context):
            begun.set()
            await asyncio.Event().wait()

        rule = iam.on_event(target)
        async with session.get_session().create_client("iam", region_name="us-east-1") as client:
            call = asyncio.ensure_future(client.create_user(UserName="Anika"))
            await begun.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        return rule

    with iam:
        assert asyncio.run(test()).failures == []


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no timer of signals")
def test_an_interruption_ends_a_target_that_waits(iam):
    ended = []

    async def target(event, context):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    def interrupt(number, frame):
        raise KeyboardInterrupt

    iam.on_event(target)
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with iam, pytest.raises(KeyboardInterrupt):
            boto3.client("iam").create_user(UserName="Anika")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert ended == [True]


# Late, twice, out of order


MINUTE = dt.timedelta(minutes=1)


def test_a_delay_beyond_the_last_year_harms_no_call(iam, create):
    iam.on_event(target := Target(), delay=dt.timedelta.max)
    create("a")
    assert [call.error for call in iam.calls] == [None]
    assert target.given == []


def test_a_delayed_event_arrives_once_the_test_has_moved_the_clock(iam, create):
    target = Target()
    rule = iam.on_event(target, delay=MINUTE)
    create("a")
    iam.clock.shift(MINUTE / 2)
    assert (target.given, rule.events) == ([], [])
    iam.clock.shift(MINUTE / 2)
    assert target.given == ["a"]
    assert rule.events[0]["time"] > rule.events[0]["detail"]["eventTime"]


def test_a_delayed_event_arrives_with_a_later_call(iam, create):
    iam.clock.move_to(dt.datetime(2026, 9, 13, tzinfo=dt.timezone.utc))
    target = Target()
    iam.on_event(target, delay=MINUTE)
    create("a")
    iam.add_fault(on="CreateUser", latency=2 * MINUTE, times=1)
    create("b")
    assert target.given == ["a"]


def test_a_delayed_event_arrives_after_the_target_that_has_made_it_due(iam, create):
    order = []
    iam.on_event(Target(lambda event: (iam.clock.shift(MINUTE), order.append("first"))))
    iam.on_event(Target(lambda event: order.append("second")), delay=MINUTE)
    create("a")
    assert order == ["first", "second"]


def test_the_clock_can_be_moved_to_when_it_is_due(iam, create):
    target = Target()
    iam.on_event(target, delay=MINUTE)
    create("a")
    iam.clock.move_to(iam.clock.now() + MINUTE)
    assert target.given == ["a"]


def test_the_clock_moved_by_a_callback_delivers_nothing(iam, create, ask):
    target = Target()
    iam.on_event(target, delay=MINUTE)
    create("a")
    seen = []

    def move():
        iam.clock.shift(MINUTE)
        seen.append(list(target.given))

    iam.before("ListUsers", move)
    ask("ListUsers")
    assert (seen, target.given) == ([[]], ["a"])


def test_events_of_several_rules_arrive_when_each_is_due(iam, create):
    iam.clock.move_to(dt.datetime(2026, 9, 13, tzinfo=dt.timezone.utc))
    given = []

    def add(minutes):
        iam.on_event(
            lambda event, _: given.append((minutes, event["time"])), delay=minutes * MINUTE
        )

    add(10)
    add(5)
    create("a")
    iam.clock.shift(60 * MINUTE)
    assert given == [(5, "2026-09-13T00:05:00Z"), (10, "2026-09-13T00:10:00Z")]


def test_an_event_that_is_delivered_early_has_the_time_of_that(iam, create):
    iam.clock.move_to(dt.datetime(2026, 9, 13, tzinfo=dt.timezone.utc))
    rule = iam.on_event(Target(), delay=MINUTE)
    create("a")
    rule.deliver()
    assert rule.events[0]["time"] == "2026-09-13T00:00:00Z"


def test_an_event_that_another_thread_has_delivered_meanwhile_is_left_alone(iam, create):
    rule = iam.on_event(Target(), delay=MINUTE)
    create("a")
    (entry,) = rule.due(None)
    rule.deliver()
    run(rule.deliver_next(None))
    assert (rule.delivered, entry.call.operation) == (1, "CreateUser")


def test_events_that_still_wait_at_the_end_are_told(iam, create):
    iam.clock.move_to(dt.datetime(2026, 9, 13, tzinfo=dt.timezone.utc))
    rule = iam.on_event(Target(), delay=MINUTE)
    create("a")
    iam.end_rules()
    (problem,) = iam.problems()
    first, *items = problem.splitlines()
    assert first == "1 event was never delivered: Target"
    assert items[:2] == [
        "- seen: that of CreateUser a waits, due at 2026-09-13 00:01:00",
        "- expected: the test moves the clock, or calls deliver() of the rule",
    ]
    assert re.fullmatch(r"- the call was made at \S*waist.py:\d+", items[2])
    assert items[3:] == [
        f"- on_event() was called at {rule.added_at}",
        "To drop what waits: remove() of the rule",
    ]


def test_several_events_that_still_wait_are_counted(iam, ask):
    iam.on_event(Target(), shuffled=True)
    with iam.serve() as endpoint:
        client = endpoint_client(endpoint)
        client.create_user(UserName="a")
        client.create_user(UserName="b")
    (problem,) = iam.problems()
    assert problem.startswith("2 events were never delivered: Target\n")
    assert "the call was made at" not in problem


def test_events_that_wait_are_told_of_no_rule_that_was_removed(iam, create):
    rule = iam.on_event(Target(), delay=MINUTE)
    create("a")
    rule.remove()
    assert iam.problems() == []


def test_what_waits_is_delivered_on_demand(iam, create):
    target = Target()
    rule = iam.on_event(target, delay=MINUTE)
    create("a", "b")
    rule.deliver()
    assert target.given == ["a", "b"]
    rule.deliver()
    assert target.given == ["a", "b"]


def test_what_waits_when_a_rule_is_removed_is_dropped(iam, create):
    target = Target()
    rule = iam.on_event(target, delay=MINUTE)
    create("a")
    rule.remove()
    rule.deliver()
    iam.clock.shift(MINUTE)
    assert target.given == []


def test_an_event_may_arrive_twice(iam, create):
    target = Target()
    rule = iam.on_event(target, times=2)
    create("a")
    assert target.given == ["a", "a"]
    first, second = rule.events
    assert first == second


def test_the_second_arrival_waits_for_the_end_of_the_first(iam, create):
    running = []

    def target(event, context):
        assert not running
        running.append(event)
        boto3.client("iam").list_users()
        running.clear()

    iam.on_event(target, times=2)
    with iam:
        create("a")
    assert iam.problems() == []


NAMES = [f"user-{number}" for number in range(6)]


def test_events_may_arrive_out_of_order_and_the_same_each_time(create):
    def order(seed):
        from waist import Waist

        iam = FakeIAM(seed=seed)
        target = Target()
        rule = iam.on_event(target, shuffled=True)
        for name in NAMES:
            Waist(iam)("CreateUser", UserName=name)
        assert target.given == []
        rule.deliver()
        return target.given

    assert sorted(order("one")) == NAMES
    assert order("one") != NAMES
    assert order("one") == order("one")
    assert order("one") != order("two")


def test_events_out_of_order_are_delivered_when_the_clock_moves(iam, create):
    target = Target()
    iam.on_event(target, shuffled=True, delay=MINUTE)
    create(*NAMES)
    iam.clock.shift(MINUTE)
    assert sorted(target.given) == NAMES


# Failures


def test_a_target_that_raises_is_called_again_and_the_caller_never_notices(iam, create):
    target = Target(fail)
    rule = iam.on_event(target, CREATED | {"detail": {"eventName": ["CreateUser"]}})
    create("Anika")
    assert target.given == ["Anika"] * 3
    assert len(rule.events) == 1
    (error,) = rule.failures
    assert isinstance(error, ValueError)


def test_a_target_that_succeeds_in_a_later_attempt_has_not_failed(iam, create):
    def fail_twice(event):
        if len(target.given) < 3:
            fail(event)

    target = Target(fail_twice)
    rule = iam.on_event(target)
    create("Anika")
    assert (len(target.given), rule.failures, iam.problems()) == (3, [], [])


def test_retries_can_be_turned_off(iam, create):
    target = Target(fail)
    iam.on_event(target, retries=0, failures="allow")
    create("Anika")
    assert (target.given, iam.problems()) == (["Anika"], [])


def test_a_failed_target_is_told(iam, create):
    rule = iam.on_event(Target(fail))
    create("Anika", "Bela")
    (problem,) = iam.problems()
    first, *items = problem.splitlines()
    assert re.fullmatch(
        r"the target failed: Target raised ValueError at \S*test_rules.py:\d+", first
    )
    assert len(first) <= 72
    assert items[:2] == [
        "- seen: ValueError('no such table'), in each of 3 attempts",
        "- expected: it takes the event of CreateUser Anika",
    ]
    assert re.fullmatch(r"- raised at \S*test_rules.py:\d+", items[2])
    assert re.fullmatch(r"- the call was made at \S*waist.py:\d+", items[3])
    assert items[4:] == [
        f"- on_event() was called at {rule.added_at}",
        "- it failed on 1 more event",
        'To allow it: on_event(..., failures="allow")',
    ]


def test_an_outcome_of_pytest_in_a_target_is_a_failure(iam, create):
    rule = iam.on_event(lambda event, context: pytest.fail("not this one"), retries=0)
    create("Anika")
    assert "- seen: not this one\n" in iam.problems()[0]
    assert len(rule.failures) == 1


def test_an_error_from_elsewhere_has_no_place(iam, create):
    iam.on_event(json.loads)
    create("Anika")
    assert iam.problems()[0].startswith("the target failed: loads raised TypeError\n- seen:")


def test_what_is_told_of_an_error_has_no_secret(iam, create):
    key = iam.add_bedrock_key()

    def leak(event):
        raise ValueError(key.secret[-30:] + key.secret)

    iam.on_event(Target(leak))
    create("Anika")
    assert key.secret not in iam.problems()[0]


def test_what_is_told_of_an_error_is_cut_once_its_secrets_are_masked(iam, create):
    key = iam.add_credential("Anika", "codecommit.amazonaws.com")

    def leak(event):
        raise ValueError(f"login failed for Anika with password {key.password} at codecommit")

    iam.on_event(Target(leak))
    create("Bela")
    (problem,) = iam.problems()
    assert "with password *** at code" in problem
    assert key.password[:12] not in problem


def test_a_target_that_exits_has_failed_and_is_called_again(iam, create):
    target = Target(lambda event: sys.exit(3))
    rule = iam.on_event(target, failures="allow")
    create("Anika")
    assert (len(target.given), [type(each) for each in rule.failures]) == (3, [SystemExit])


def test_an_async_target_that_exits_has_failed(iam, create):
    async def stop(event, context):
        sys.exit(3)

    rule = iam.on_event(stop, failures="allow")
    create("Anika")
    assert [type(each) for each in rule.failures] == [SystemExit]


def cancel(event, context=None):
    raise asyncio.CancelledError


async def cancelled(event, context):
    task = asyncio.ensure_future(asyncio.sleep(60))
    task.cancel()
    await task


@pytest.mark.parametrize("target", [cancel, cancelled])
def test_a_target_whose_own_work_is_cancelled_has_failed(iam, create, target):
    rule = iam.on_event(target, failures="allow")
    create("Anika")
    assert [type(each) for each in rule.failures] == [asyncio.CancelledError]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="a task does not say who cancels it")
@pytest.mark.parametrize("target", [cancel, cancelled])
def test_a_target_whose_own_work_is_cancelled_has_failed_where_it_is_awaited(iam, target):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")

    async def test():
        async with session.get_session().create_client("iam", region_name="us-east-1") as client:
            await client.create_user(UserName="Anika")

    with iam:
        rule = iam.on_event(target, failures="allow")
        asyncio.run(test())
    assert [type(each) for each in rule.failures] == [asyncio.CancelledError]


def test_a_keyboard_interrupt_goes_through(iam, create):
    def stop(event):
        raise KeyboardInterrupt

    iam.on_event(Target(stop))
    with pytest.raises(KeyboardInterrupt):
        create("Anika")


def test_a_loop_is_cut_and_told(iam, create):
    def again(event):
        boto3.client("iam").tag_user(UserName="Anika", Tags=[{"Key": "Seen", "Value": "yes"}])

    rule = iam.on_event(Target(again))
    create("Anika")
    assert len(rule.events) == 16
    (problem,) = iam.problems()
    first, *items = problem.splitlines()
    assert first == "a loop: Target causes its own events"
    assert (
        items[0]
        == "- seen: a chain of events, at its end TagUser Anika Tags=[{'Key': 'Seen', 'Value'…"
    )
    assert items[-1] == f"- on_event() was called at {rule.added_at}"


def test_a_loop_that_branches_is_cut(iam, create):
    def twice(event):
        for key in ("One", "Two"):
            boto3.client("iam").tag_user(UserName="Anika", Tags=[{"Key": key, "Value": "yes"}])

    rule = iam.on_event(Target(twice))
    create("Anika")
    assert len(rule.events) == 16
    assert len(iam.problems()) == 1


def test_a_loop_of_delayed_events_is_cut(iam, create):
    def again(event):
        boto3.client("iam").tag_user(UserName="Anika", Tags=[{"Key": "Seen", "Value": "yes"}])

    rule = iam.on_event(Target(again), delay=MINUTE)
    create("Anika")
    for _ in range(20):
        iam.clock.shift(MINUTE)
    assert len(rule.events) == 16


def tag():
    boto3.client("iam").tag_user(UserName="Anika", Tags=[{"Key": "Seen", "Value": "yes"}])


def in_a_thread():
    thread = threading.Thread(target=tag)
    thread.start()
    thread.join()


def in_a_pool():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(tag).result()


@pytest.mark.parametrize("tag", [in_a_thread, in_a_pool])
def test_a_loop_through_threads_is_cut(iam, create, tag):
    def again(event):
        tag()
        tag()

    rule = iam.on_event(Target(again))
    create("Anika")
    assert len(rule.events) == 16
    assert iam.problems()[0].startswith("a loop: Target causes its own events")


def test_many_calls_at_once_are_no_loop(iam):
    number, runs = 80, threading.Barrier(80)

    def together(event):
        runs.wait(60)

    rule = iam.on_event(Target(together))
    with iam, ThreadPoolExecutor(number) as pool:
        client = boto3.client("iam")
        list(pool.map(lambda at: client.create_user(UserName=f"user-{at}"), range(number)))
    assert (rule.delivered, iam.problems()) == (number, [])


def endpoint_client(endpoint):
    return boto3.client(
        "iam",
        endpoint_url=endpoint.url,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="x",
        region_name="us-east-1",
    )


def test_too_many_runs_at_once_are_told_as_such(iam, create, monkeypatch):
    """Nothing says what has led to a call over HTTP, so that a loop of those is one of these."""
    monkeypatch.setattr("pytest_sscred.assumed.MOST_RUNS", 4)
    with iam.serve() as endpoint:
        url = f"{endpoint.url}/?Action=DeleteUser&UserName=Anika&Version=2010-05-08"

        def again(event):
            for _ in range(2):
                requests.post(url, timeout=60)

        rule = iam.on_event(Target(again))
        create("Anika")
    assert len(rule.events) == 4
    (problem,) = iam.problems()
    first, *items = problem.splitlines()
    assert first == "too many runs at once: Target"
    assert items[0].startswith("- seen: 4 runs have not ended, and then DeleteUser Anika")
    assert items[2:] == [f"- on_event() was called at {rule.added_at}"]


def test_where_one_call_too_many_was_made_is_told(iam, create, monkeypatch):
    monkeypatch.setattr("pytest_sscred.assumed.MOST_RUNS", 1)
    iam.on_event(Target(lambda event: in_a_thread()))
    create("Anika")
    assert re.search(r"\n- called at \S*test_rules.py:\d+\n", iam.problems()[0])


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pattern": {"source": "aws.iam"}}, "source: expected an object or a list"),
        (
            {"pattern": {"$or": [{"source": ["a"]}, {"details": {"eventName": ["CreateUser"]}}]}},
            "details.eventName: events have no field 'details': did you mean 'detail'?",
        ),
        (
            {"pattern": {"detail": {"requestParameters": {"UserName": ["Anika"]}}}},
            "detail.requestParameters.UserName: CloudTrail spells it otherwise: "
            "did you mean 'userName'?",
        ),
        (
            {"pattern": {"detail": {"eventName": ["CreateUsr"]}}},
            "detail.eventName: IAM has no operation 'CreateUsr': did you mean 'CreateUser'?",
        ),
        (
            {"pattern": {"source": ["aws.iam"], "detail": {"eventName": ["InvokeModel"]}}},
            "IAM has no operation 'InvokeModel'",
        ),
        (
            {"pattern": {"source": ["aws.iam"], "detail": {"eventName": ["GetCallerIdentity"]}}},
            "IAM has no operation 'GetCallerIdentity'",
        ),
        (
            {"pattern": {"source": ["aws.sts"], "detail": {"eventName": ["AssumeRol"]}}},
            "STS has no operation 'AssumeRol': did you mean 'AssumeRole'?",
        ),
        (
            {"pattern": {"detail": {"eventName": [{"anything-but": ["CreateUzer"]}]}}},
            "IAM has no operation 'CreateUzer': did you mean 'CreateUser'?",
        ),
        (
            {"pattern": {"detail": {"eventName": [{"equals-ignore-case": "createuzer"}]}}},
            "IAM has no operation 'createuzer': did you mean 'CreateUser'?",
        ),
        ({"delay": dt.timedelta(0)}, "delay takes a timedelta over 0"),
        ({"times": 0}, "times takes a whole number from 1"),
        ({"retries": -1}, "retries takes a whole number from 0"),
        ({"failures": "ignore"}, "failures takes 'fail' or 'allow', not 'ignore'"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_a_mistake_is_refused_at_once(iam, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        iam.on_event(Target(), **arguments)


@pytest.mark.parametrize(
    "source",
    [
        {"source": ["aws.bedrock"]},
        {"source": ["aws.iam", "aws.bedrock"]},
        {"source": [{"prefix": "aws."}]},
    ],
)
def test_a_pattern_about_another_service_may_name_its_operations(iam, source):
    iam.on_event(Target(), source | {"detail": {"eventName": ["InvokeModel"]}})


@pytest.mark.parametrize(
    "name",
    [
        "InvokeModel",
        {"prefix": "Create"},
        {"anything-but": ["CreateUser", "AssumeRole"]},
        {"anything-but": {"equals-ignore-case": ["createuser"]}},
        {"equals-ignore-case": "createuser"},
        None,
    ],
)
def test_a_pattern_without_a_source_may_name_whatever_has_records(iam, name):
    iam.on_event(Target(), {"detail": {"eventName": [name]}})


def test_a_pattern_may_name_an_operation_of_sts(iam, ask):
    detail = {"eventName": ["GetCallerIdentity"]}
    rule = iam.on_event(lambda *given: None, {"detail": detail}, all_management_events=True)
    ask("GetCallerIdentity")
    assert rule.events[0]["source"] == "aws.sts"


def test_a_pattern_whose_source_is_in_its_detail_may_name_its_operations(iam):
    detail = {"eventSource": ["bedrock.amazonaws.com"], "eventName": ["InvokeModel"]}
    iam.on_event(Target(), {"detail": detail})


def test_a_target_that_cannot_be_called_is_refused(iam):
    with pytest.raises(TypeError, match="on_event takes a function"):
        iam.on_event("quarantine")


# With the rest


def test_reset_ends_rules_of_events_and_tells_what_failed(iam, create):
    rule = iam.on_event(Target(fail))
    create("Anika")
    with pytest.raises(AssertionError, match="the target failed"):
        iam.reset()
    assert (rule.removed, iam.problems(), iam.cloudtrail) == (True, [], [])


def test_leaving_the_account_tells_what_failed(iam):
    with pytest.raises(AssertionError, match="the target failed"), iam:  # noqa: PT012
        iam.on_event(Target(fail))
        boto3.client("iam").create_user(UserName="Anika")


def test_a_target_reads_as_others_do_under_propagation(iam):
    iam.set_propagation(calls=1)
    names = []

    def target(event, context):
        for _ in range(2):
            names.append([each["UserName"] for each in boto3.client("iam").list_users()["Users"]])

    with iam:
        iam.on_event(target)
        boto3.client("iam").create_user(UserName="Anika")
    assert names == [[], ["Anika"]]


def test_load_makes_no_event(iam):
    rule = iam.on_event(Target())
    iam.load({"Users": [{"UserName": "Anika", "CreateDate": "2026-01-01T00:00:00Z"}]})
    assert (rule.events, iam.cloudtrail) == ([], [])


def test_a_sweeps_runs_take_their_events_back(iam):
    given = []
    with iam:
        rule = iam.on_event(lambda event, context: given.append(event))
        iam.sweep(lambda: boto3.client("iam").create_user(UserName="Anika"), lost=None)
    assert len(given) == 2
    assert len(rule.events) == 1
    assert len(iam.cloudtrail) == 1


def test_a_target_that_fails_in_a_sweeps_run_breaks_it(iam):
    def target(event, context):
        if "errorCode" in event["detail"]:
            raise ValueError("that is new")

    with iam:
        rule = iam.on_event(target)
        with pytest.raises(AssertionError, match="the target failed: target raised ValueError"):
            iam.sweep(lambda: boto3.client("iam").create_user(UserName="Anika"), lost=None)
    assert rule.failures == []


def test_a_rule_added_in_a_sweeps_run_is_gone_after_it(iam):
    added = []

    def scenario():
        added.append(iam.on_event(lambda event, context: None))
        boto3.client("iam").create_user(UserName="Anika")

    with iam:
        iam.sweep(scenario, lost=None)
    assert [each.removed for each in added] == [True, True]
