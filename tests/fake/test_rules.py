"""Rules about every step, and the order of calls."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from names import BEDROCK, CODECOMMIT, CREATE, DELETE, UPDATE
from waist import Waist


@pytest.fixture
def anika(iam):
    return iam.add_credential("Anika", CODECOMMIT)


def over_http(endpoint):
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.client("iam", "us-east-1", endpoint_url=endpoint.url, **keys)


@pytest.fixture
def create(ask):
    return lambda: ask(CREATE, UserName="Anika", ServiceName=CODECOMMIT)


@pytest.fixture
def delete(ask):
    return lambda credential: ask(
        DELETE, UserName=credential.user_name, ServiceSpecificCredentialId=credential.id
    )


@pytest.fixture
def update(ask):
    return lambda credential, status: ask(
        UPDATE,
        UserName=credential.user_name,
        ServiceSpecificCredentialId=credential.id,
        Status=status,
    )


def test_a_rotation_that_deletes_first_is_caught_though_it_ends_well(iam, anika, create, delete):
    """As a public rotation tool did; tests of the end state passed."""
    rule = iam.require_active("Anika", CODECOMMIT)
    delete(anika)
    create()
    assert len(iam.credentials("Anika", status="Active")) == 1
    assert iam.problems() == [rule.broken]
    first, *items = rule.broken.splitlines()
    assert re.fullmatch(rf"0 Active for Anika: {DELETE} at \S*waist\.py:\d+", first)
    assert items[:2] == [
        f"- seen: {anika.id} Active > Deleted",
        f"- expected: Anika has at least 1 Active for {CODECOMMIT}",
    ]
    assert "- required at" in rule.broken


def test_a_rotation_that_creates_first_breaks_nothing(iam, anika, create, update, delete):
    iam.require_active("anika", CODECOMMIT)
    iam.require_deactivated_before_deleted()
    iam.require_no_reactivation()
    iam.require_at_most(2, "Anika", CODECOMMIT)
    create()
    update(anika, "Inactive")
    delete(anika)
    assert iam.problems() == []
    iam.assert_order(CREATE, UPDATE, DELETE)
    iam.assert_order(CREATE, DELETE)


def test_two_working_keys_can_be_required(iam, anika, update):
    other = iam.add_credential("Anika", CODECOMMIT)
    iam.add_credential("sofia", CODECOMMIT)
    rule = iam.require_active("Anika", CODECOMMIT, at_least=2)
    iam.clock.shift(timedelta(seconds=1))
    update(anika, "Inactive")
    assert rule.broken.splitlines()[:4] == [
        f"1 Active for Anika: {UPDATE} at tests/waist.py:40",
        f"- seen: {other.id} Active",
        f"- seen: {anika.id} Active > Inactive",
        f"- expected: Anika has at least 2 Active for {CODECOMMIT}",
    ]


def test_a_rule_follows_a_user_that_is_renamed(iam, anika, ask, delete):
    rules = [
        iam.require_active(iam.user("Anika"), CODECOMMIT),
        iam.require_at_most(1, iam.user("Anika")),
    ]
    ask("UpdateUser", UserName="Anika", NewUserName="Bela")
    assert [rule.broken for rule in rules] == [None, None]
    delete(anika)
    assert rules[0].broken.startswith(f"0 Active for Bela: {DELETE} at ")


def test_a_rule_that_is_broken_already_is_refused(iam):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared whole
        iam.require_active("Anika", CODECOMMIT)
    assert str(caught.value) == (
        "0 Active for Anika (codecommit) when the rule was made\n"
        "- it needs at least 1: seed the account first"
    )
    iam.add_credential("Anika", CODECOMMIT)
    with pytest.raises(ValueError, match=r"^1 credential when the rule was made\n- at most 0"):
        iam.require_at_most(0)
    with pytest.raises(ValueError, match=r"^does not hold when it is made: no users"):
        iam.require(lambda iam: not iam.users(), "no users")
    with pytest.raises(ZeroDivisionError):
        iam.require(lambda iam: 1 / 0, "x")
    assert iam.problems() == []


def test_deleting_what_is_active_is_told_with_its_history(iam, anika, delete):
    rule = iam.require_deactivated_before_deleted()
    delete(anika)
    assert f"- seen: {anika.id} Active > Deleted\n" in rule.broken
    assert "- expected: deactivated before deleted" in rule.broken


def test_what_the_test_itself_removes_breaks_no_rule_of_calls(iam, anika, ask):
    iam.require_deactivated_before_deleted()
    iam.remove_credential(anika)
    ask("ListUsers")
    assert iam.problems() == []


def test_reactivation_is_told(iam, anika, update):
    rule = iam.require_no_reactivation()
    update(anika, "Inactive")
    assert rule.broken is None
    update(anika, "Active")
    assert "Active > Inactive > Active" in rule.broken


def test_too_many_are_told(iam, anika, create):
    rule = iam.require_at_most(1)
    create()
    new = iam.credentials("Anika")[-1]
    assert rule.broken.splitlines()[:3] == [
        "2 credentials, at most 1 allowed: CreateServiceSpecificC… at waist.py:40",
        f"- seen: {anika.id}, {new.id}",
        "- expected: at most 1 credential in the whole account",
    ]


def test_only_the_credentials_that_a_rule_is_about_are_shown(iam, ask):
    for number in range(9):
        iam.add_credential(f"u{number}", CODECOMMIT)
    old = iam.add_credential("Anika", CODECOMMIT)
    rule = iam.require_at_most(1, "Anika", CODECOMMIT)
    ask(CREATE, UserName="Anika", ServiceName=CODECOMMIT)
    new = iam.credentials("Anika")[-1]
    first, *items = rule.broken.splitlines()
    assert first.startswith("2 credentials of Anika (codecommit), at most 1 allowed: ")
    assert items[:2] == [
        f"- seen: {old.id}, {new.id}",
        f"- expected: at most 1 credential of Anika for {CODECOMMIT}",
    ]


def test_a_rule_for_a_name_that_nobody_has_any_more_has_seen_none(iam, anika, ask):
    rule = iam.require_active("Anika", CODECOMMIT)
    ask("UpdateUser", UserName="Anika", NewUserName="Bela")
    assert rule.broken.splitlines()[1] == "- seen: none of Anika"


def test_the_state_then_is_cut(iam, ask):
    for number in range(5):
        iam.add_credential(f"u{number}", CODECOMMIT)
    rule = iam.require(lambda iam: len(iam.users()) < 6, "few users")
    ask("CreateUser", UserName="x")
    assert rule.broken.splitlines()[5] == "- and 2 more"


def test_a_dry_run_changes_nothing(iam, anika, ask, update):
    rule = iam.require_no_changes()
    ask("ListUsers")
    ask("GetUser", UserName="Anika")
    assert rule.broken is None
    assert update(anika, "Off").code == "ValidationError"
    assert f"- seen: {UPDATE}\n" in rule.broken


def test_a_call_with_a_key_that_is_gone_is_an_attempt_too(iam, anika, ask):
    key = ask("CreateAccessKey", UserName="Anika").result["AccessKey"]["AccessKeyId"]
    ask("DeleteAccessKey", UserName="Anika", AccessKeyId=key)
    rule = iam.require_no_changes()
    assert ask("DeleteUser", key, UserName="Anika").code == "InvalidClientTokenId"
    assert "- seen: DeleteUser\n" in rule.broken


def test_seeds_from_before_the_rule_are_not_to_blame(iam, anika):
    rule = iam.require(lambda iam: len(iam.users()) == 1, "one user")
    iam.clock.shift(timedelta(hours=5))
    iam.add_user("Bela")
    assert iam.problems() == [rule.broken]
    assert "broken, one user: a change by the test or by time\n" in rule.broken


def test_a_rule_of_ones_own(iam, anika, update):
    rule = iam.require(lambda iam: iam.credentials(status="Active"), "someone is Active")
    update(anika, "Inactive")
    assert "- seen: it does not hold" in rule.broken
    assert "- expected: someone is Active" in rule.broken
    with pytest.raises(TypeError, match="require takes a function"):
        iam.require(None, "x")


def test_a_dry_run_tries_nothing_either(sscred_iam):
    rule = sscred_iam.require_no_changes()
    iam = sscred_iam.client()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_user(UserName="Ghost")
    assert "- seen: DeleteUser\n" in rule.broken
    sscred_iam._account.rules.clear()


def test_a_rule_that_raises_is_told_by_the_verdict(iam, ask):
    rule = iam.require(lambda iam: 1 / (1 - len(iam.users())), "x")
    assert ask("CreateUser", UserName="x").status == 200
    line = test_a_rule_that_raises_is_told_by_the_verdict.__code__.co_firstlineno + 1
    assert rule.broken.splitlines()[:3] == [
        f"a rule raised ZeroDivisionError at test_rules.py:{line}: af… at waist.py:40",
        "- seen: ZeroDivisionError: division by zero",
        f"- raised at tests/fake/test_rules.py:{line}",
    ]


def test_a_rule_that_raises_many_lines_is_told_in_its_first(iam, ask):
    def holds(iam):
        if iam.users():
            raise LookupError("one\ntwo")
        return True

    rule = iam.require(holds, "x")
    ask("CreateUser", UserName="x")
    assert "- seen: LookupError: one\n- raised at " in rule.broken


def test_a_rule_may_call_iam_itself(iam, ask):
    rule = iam.require(lambda iam: ask("ListUsers").result["Users"] == [], "no users")
    fault = iam.add_fault("AccessDenied", on="ListUsers")
    ask("CreateUser", UserName="x")
    assert "seen: it does not hold" in rule.broken
    assert "expected: no users" in rule.broken
    assert (fault.hits, len(iam.calls)) == (0, 1), "its calls are its own"


@pytest.fixture
def key(iam):
    return iam.add_credential("Anika", BEDROCK, age_days=90)


def test_a_key_that_expires_before_its_successor_is_there_is_told_at_the_next_call(iam, key, ask):
    rule = iam.require_active("Anika", BEDROCK)
    iam.clock.shift(timedelta(days=91))
    ask(CREATE, UserName="Anika", ServiceName=BEDROCK)
    assert rule.broken.splitlines()[:2] == [
        f"0 Active for Anika: …{key.id[-5:]} expired",
        f"- seen: {key.id} Active > Expired",
    ]


def test_a_read_after_the_deadline_blames_time_as_well(iam, key, ask):
    rule = iam.require_active("Anika", BEDROCK)
    iam.clock.shift(timedelta(days=91))
    ask("ListUsers")
    assert f"0 Active for Anika: …{key.id[-5:]} expired\n" in rule.broken


def test_a_deadline_that_passes_after_the_last_call_is_told_by_the_verdict(iam, key):
    rule = iam.require_active("Anika", BEDROCK)
    iam.clock.shift(timedelta(days=91))
    assert iam.problems() == [rule.broken]
    assert f"0 Active for Anika: …{key.id[-5:]} expired\n" in rule.broken


def test_leaving_the_block_judges_a_last_time(iam, key):
    with iam.require_active("Anika", BEDROCK) as rule:
        iam.clock.shift(timedelta(days=91))
    assert f"0 Active for Anika: …{key.id[-5:]} expired\n" in rule.broken


def test_what_the_test_itself_does_is_not_put_down_to_a_call(iam, anika, ask):
    rule = iam.require_active("Anika", CODECOMMIT)
    iam.remove_credential(anika)
    line = test_what_the_test_itself_does_is_not_put_down_to_a_call.__code__.co_firstlineno + 2
    ask("CreateUser", UserName="x")
    assert rule.broken.splitlines()[:2] == [
        f"0 Active for Anika: …{anika.id[-5:]} removed by the test at test_rules.py:{line}",
        f"- seen: {anika.id} Active > Deleted",
    ]


def test_what_happens_just_before_a_call_is_not_put_down_to_it(iam, anika, create):
    rule = iam.require_active("Anika", CODECOMMIT)
    iam.before(CREATE, lambda: iam.remove_credential(anika))
    create()
    assert f"0 Active for Anika: …{anika.id[-5:]} removed by the test at " in rule.broken


def test_what_leaves_no_transition_is_put_down_to_the_test(iam):
    rule = iam.require(lambda iam: not iam.users(), "no users")
    iam.add_user("Anika")
    iam.problems()
    assert rule.broken.startswith(
        "broken, no users: a change by the test or by time\n- seen: it does not"
    )


def test_the_test_itself_may_seed_in_steps_between_two_calls(iam, anika, ask):
    iam.require_active("Anika", CODECOMMIT)
    iam.remove_credential(anika)
    iam.add_credential("Anika", CODECOMMIT)
    ask("ListUsers")
    assert iam.problems() == []


@pytest.mark.parametrize("first", ["require", "require_deactivated_before_deleted"])
def test_a_rule_that_calls_iam_hides_nothing_from_another(iam, anika, ask, delete, first):
    def asks():
        iam.require(lambda iam: ask("ListUsers").code is None, "it answers")

    if first == "require":
        asks()
    rule = iam.require_deactivated_before_deleted()
    if first != "require":
        asks()
    delete(anika)
    assert "Active > Deleted" in rule.broken


def test_with_a_clock_that_stands_still_the_last_change_is_blamed(iam):
    iam.clock.move_to(iam.clock.now())
    key = iam.add_credential("Anika", CODECOMMIT)
    rule = iam.require_active("Anika", CODECOMMIT)
    iam.add_credential("sofia", CODECOMMIT)
    iam.remove_credential(key)
    iam.add_credential("Bela", CODECOMMIT)
    assert iam.problems() == [rule.broken]
    assert f": …{key.id[-5:]} removed by the test at test_rules.py:" in rule.broken


def test_of_several_changes_the_one_that_may_break_it_is_blamed(iam, key):
    rule = iam.require_active("Anika", BEDROCK)
    most = iam.require_at_most(1)
    iam.clock.shift(timedelta(days=91))
    iam.add_credential("Bob", BEDROCK)
    iam.problems()
    assert rule.broken.startswith(f"0 Active for Anika: …{key.id[-5:]} expired\n")
    tail = iam.credentials("Bob")[0].id[-5:]
    assert most.broken.startswith(f"2 credentials, at most 1 allowed: …{tail} added by … at ")


def test_what_someone_else_did_just_before_a_call_is_blamed_on_them(iam, anika, ask, delete):
    rule = iam.require_active("Anika", CODECOMMIT)
    iam.before("ListUsers", lambda: delete(anika))
    iam.add_credential("sofia", CODECOMMIT)
    ask("ListUsers")
    assert rule.broken.startswith(f"0 Active for Anika: {DELETE} at tests/waist.py:")


@pytest.mark.parametrize("end", [pytest.fail, pytest.skip])
def test_a_rule_that_ends_as_pytest_has_it_is_broken(iam, ask, end):
    bad = []
    rule = iam.require(lambda iam: end("no") if bad else True, "x")
    bad.append(1)
    assert ask("ListUsers").code is None
    assert f"- seen: {end.Exception.__name__}: no\n" in rule.broken


def test_ctrl_c_in_a_rule_is_ctrl_c(iam, ask):
    def holds(iam):
        if iam.calls:
            raise KeyboardInterrupt
        return True

    iam.require(holds, "x")
    ask("ListUsers")
    with pytest.raises(KeyboardInterrupt):
        ask("ListUsers")
    assert len(iam.calls) == 2


def test_a_rule_is_judged_while_nobody_writes(iam):
    """Or it would see the account between two of its changes, and blame the test."""
    iam.add_credential("Anika", CODECOMMIT)
    rule = iam.require_active("Anika", CODECOMMIT)
    done = threading.Event()

    def rotate():
        waist = Waist(iam)
        while not done.is_set():
            old = iam.credentials("Anika")[0]
            waist(CREATE, UserName="Anika", ServiceName=CODECOMMIT)
            waist(DELETE, UserName="Anika", ServiceSpecificCredentialId=old.id)

    thread = threading.Thread(target=rotate)
    thread.start()
    for _ in range(60):
        iam.problems()
    done.set()
    thread.join()
    assert rule.broken is None


async def holds_never(iam):
    return False


def test_a_rule_is_no_coroutine_function(iam):
    with pytest.raises(TypeError, match="require takes a function that is not async"):
        iam.require(holds_never, "x")
    with pytest.raises(TypeError, match="before takes a function that is not async"):
        iam.before("ListUsers", holds_never)


def test_a_callback_uses_up_no_reads_and_no_credential(iam, ask, key):
    iam.set_propagation(calls=2)
    iam.require(lambda iam: ask("ListUsers").code is None, "it answers")
    iam.require(lambda iam: iam.authenticate(BEDROCK, secret=key.secret), "the key is good")
    ask("CreateUser", UserName="Bela")
    seen = [len(ask("ListUsers").result["Users"]) for _ in range(3)]
    assert seen == [1, 1, 2]
    iam.assert_not_called("Authenticate")
    assert key.last_used is None


def test_a_clock_that_stands_still_blames_no_later_call(iam, anika, update):
    iam.clock.move_to(iam.clock.now())
    other = iam.add_credential("sofia", CODECOMMIT)
    update(anika, "Inactive")
    update(anika, "Active")
    rule = iam.require_no_reactivation()
    update(other, "Inactive")
    assert rule.broken is None


def test_a_rule_holds_for_its_block(iam, anika, create, delete):
    with iam.require_no_changes():
        pass
    create()
    with iam.require_active("Anika", CODECOMMIT) as rule:
        delete(anika)
    assert iam.problems() == []
    assert rule.removed


def test_only_the_first_step_is_told(iam, anika, update):
    rule = iam.require_no_changes()
    update(anika, "Inactive")
    first = rule.broken
    update(anika, "Active")
    assert rule.broken is first


def test_a_call_whose_answer_is_lost_is_judged(iam, anika, delete):
    rule = iam.require_deactivated_before_deleted()
    iam.add_fault("ServiceFailure", on=DELETE, applied=True)
    assert delete(anika).code == "ServiceFailure"
    assert rule.broken


def test_what_was_done_and_whose_answer_was_lost_counts(iam, anika, ask, create, delete):
    iam.add_fault("ServiceFailure", on=DELETE, applied=True)
    create()
    delete(anika)
    iam.assert_order(CREATE, DELETE)
    with pytest.raises(ValueError, match="assert_order takes operations in the order"):
        iam.assert_order()


def test_what_was_done_out_of_order_is_told(iam, anika, create, delete):
    iam.add_fault("ServiceFailure", on=CREATE)
    create()
    delete(anika)
    with pytest.raises(AssertionError) as caught:
        iam.assert_order(CREATE, DELETE)
    assert str(caught.value) == (
        f"never done: {CREATE}\n- seen: {DELETE}\n- expected: {CREATE} > {DELETE}\n"
        "- call 1 was refused: ServiceFailure, tests/waist.py:40"
    )


def test_a_refused_call_over_http_has_no_line(iam):
    with iam.serve() as endpoint:
        client = over_http(endpoint)
        with pytest.raises(ClientError):
            client.delete_user(UserName="Ghost")
    with pytest.raises(AssertionError, match=r"- call 1 was refused: NoSuchEntity$"):
        iam.assert_order("DeleteUser")


def test_rules_end_with_the_test(run_pytest):
    """What cleans up deletes what was required, and a frozen clock is let go."""
    run_pytest("""
from datetime import datetime
import boto3
import boto3
import pytest
from freezegun import freeze_time

@pytest.fixture
def cleaned(sscred_iam):
    yield
    for credential in sscred_iam.user("Anika").credentials:
        boto3.client("iam").delete_service_specific_credential(
            UserName="Anika", ServiceSpecificCredentialId=credential.id
        )
    sscred_iam.remove_user("Anika")

@pytest.fixture
def frozen(cleaned):
    with freeze_time("2020-01-01"):
        yield

def test_it(sscred_iam, frozen):
    sscred_iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=30)
    sscred_iam.require_active("Anika", "bedrock.amazonaws.com")
    sscred_iam.require_deactivated_before_deleted()
    boto3.client("iam").list_users()
""").assert_outcomes(passed=1)


def test_a_broken_rule_fails_the_test_in_its_call_phase(run_pytest):
    result = run_pytest("""
import boto3

def test_it(sscred_iam):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    sscred_iam.require_active("Anika", "codecommit.amazonaws.com")
    boto3.client("iam").delete_service_specific_credential(
        UserName="Anika", ServiceSpecificCredentialId=credential.id
    )
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "0 Active for Anika: DeleteServiceSpecificCredential at test_it.py:6",
            "- seen: ACCA* Active > Deleted",
            "- expected: Anika has at least 1 Active for codecommit.amazonaws.com",
            "- required at test_it.py:5",
        ]
    )


def test_a_call_over_http_is_named_by_its_number(iam, anika):
    rule = iam.require_active("Anika", CODECOMMIT)
    with iam.serve() as endpoint:
        client = over_http(endpoint)
        client.list_users()
        about = {"UserName": "Anika", "ServiceSpecificCredentialId": anika.id}
        client.update_service_specific_credential(**about, Status="Inactive")
        client.list_users()
    assert rule.broken.splitlines()[0] == f"0 Active for Anika: {UPDATE} over HTTP, call 2"
    *_, row, carets = iam.report(about=rule.broken).splitlines()
    assert (row.split()[1], carets) == ("#--", "             ^ a rule broke")


def test_a_call_from_no_line_of_the_users_is_named_by_its_number_too(sscred_iam):
    rule = sscred_iam.require(lambda iam: not iam.users(), "no users")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(sscred_iam.client().create_user, UserName="Anika").result()
    assert rule.broken.splitlines()[0] == "broken, no users: CreateUser in call 1"
    sscred_iam._account.rules.clear()


def test_a_service_can_have_a_limit_of_its_own(iam, anika, ask):
    rule = iam.require_at_most(1, service_name=CODECOMMIT)
    iam.add_credential("Bela", BEDROCK)
    assert rule.broken is None
    ask(CREATE, UserName="Anika", ServiceName=BEDROCK)
    assert rule.broken is None
    ask(CREATE, UserName="Anika", ServiceName=CODECOMMIT)
    assert rule.broken.startswith("2 credentials (codecommit), at most 1 allowed: ")
    assert "- expected: at most 1 credential for codecommit.amazonaws.com\n" in rule.broken


def test_a_service_that_is_no_text_has_no_limit(iam):
    with pytest.raises(TypeError, match="a service's name is text, not 3"):
        iam.require_at_most(1, service_name=3)


def test_a_rule_that_has_ended_keeps_nothing_of_the_account(sscred_iam):
    with sscred_iam.require_no_reactivation(), sscred_iam.require_at_most(1):
        assert sscred_iam._account.state.log.is_on
    sscred_iam.sweep(lambda: sscred_iam.client().list_users())
    assert not sscred_iam._account.state.log.is_on


def test_nor_does_one_that_was_broken(iam, anika, delete):
    rule = iam.require_deactivated_before_deleted()
    iam.require_no_changes()
    delete(anika)
    assert rule.broken
    assert not iam._account.state.log.is_on


def test_a_rule_may_add_another_while_it_is_judged(iam, ask):
    calls = []

    def holds(account):
        calls.append(account)
        if len(calls) == 2:
            account.require_at_most(100)
        return True

    iam.require(holds, "adds one")
    assert ask("ListUsers").code is None
    assert iam.problems() == []


def test_a_user_made_anew_is_the_same_to_a_rule(iam, ask):
    anika = iam.add_user("Anika")
    rule = iam.require_at_most(1, anika)
    ask("DeleteUser", UserName="Anika")
    ask("CreateUser", UserName="Anika")
    for service in (CODECOMMIT, BEDROCK):
        ask(CREATE, UserName="Anika", ServiceName=service)
    assert "2 credentials" in rule.broken


def test_a_rule_says_in_its_repr_whether_it_was_broken(iam, anika):
    rule = iam.require_active("Anika", CODECOMMIT)
    assert repr(rule).startswith("Rule(text='Anika has at least 1 Active for ")
    assert repr(rule).endswith("broken=None)")


def test_what_is_active_for_another_service_does_not_count(iam, anika, delete):
    iam.add_credential("Anika", BEDROCK)
    rule = iam.require_active("Anika", CODECOMMIT)
    delete(anika)
    assert rule.broken.startswith("0 Active for Anika")


def test_a_seed_that_breaks_a_rule_is_named(iam, ask):
    rule = iam.require_at_most(0)
    iam.add_credential("Anika", CODECOMMIT)
    assert iam.problems() == [rule.broken]
    first = rule.broken.splitlines()[0]
    assert first.startswith("1 credential, at most 0 allowed: ")
    assert re.search(r"YKVH7 added by t.* at test_rules.py:\d+$", first)


def test_a_rule_of_ones_own_shows_all_that_are_not_deleted(iam, ask, anika, update):
    deleted = iam.add_credential("Bela", CODECOMMIT)
    inactive = iam.add_credential("Bela", BEDROCK, status="Inactive")
    expired = iam.add_credential("Cleo", BEDROCK, age_days=1)
    iam.remove_credential(deleted)
    iam.clock.shift(timedelta(days=2))
    rule = iam.require(lambda iam: anika.is_active, "Anika's is Active")
    update(anika, "Inactive")
    shown = [line for line in rule.broken.splitlines() if "credentials then" in line]
    assert [an_id in "".join(shown) for an_id in (anika.id, inactive.id, expired.id)] == [True] * 3
    assert deleted.id not in rule.broken
