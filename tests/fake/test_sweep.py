"""The sweep: a test run again for each of its calls, with that call failing."""

from __future__ import annotations

import contextlib
import json
import re
import statistics
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    ReadTimeoutError,
)
from names import CODECOMMIT, UPDATE

from pytest_sscred import FakeIAM
from pytest_sscred.asking import ACTING
from pytest_sscred.places import Place
from pytest_sscred.sweep import Sweeping

HAS_SUBTESTS = pytest.version_tuple >= (9,)

ROTATE = """
import boto3
import pytest

def rotate(user_name, swallow=False):
    iam = boto3.client("iam")
    service = "codecommit.amazonaws.com"
    old = iam.list_service_specific_credentials(UserName=user_name, ServiceName=service)
    iam.create_service_specific_credential(UserName=user_name, ServiceName=service)
    for credential in old["ServiceSpecificCredentials"]:
        credential_id = credential["ServiceSpecificCredentialId"]
        about = {"UserName": user_name, "ServiceSpecificCredentialId": credential_id}
        try:
            iam.update_service_specific_credential(Status="Inactive", **about)
        except iam.exceptions.ClientError:
            if not swallow:
                raise
        iam.delete_service_specific_credential(**about)
"""
TEST = """
@pytest.mark.sscred_sweep{marker}
def test_rotation(sscred_iam):
    old = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    sscred_iam.require_deactivated_before_deleted()
    rotate("Anika", swallow={swallow})
    sscred_iam.assert_deleted(old)
"""


def rotation(swallow=False, marker=""):
    return ROTATE + TEST.format(marker=marker, swallow=swallow)


def runs(iam, *errors, **options):
    """What a sweep of one deactivation tells, and the statuses that each run ended with."""
    credential = iam.add_credential("Anika", CODECOMMIT)
    client = iam.client()
    ended = []

    def scenario():
        try:
            client.update_service_specific_credential(
                UserName="Anika", ServiceSpecificCredentialId=credential.id, Status="Inactive"
            )
        finally:
            ended.append(credential.statuses)

    iam.sweep(scenario, *errors, **options)
    return ended


def test_every_call_fails_once_before_and_once_after_it_is_made(sscred_iam):
    assert runs(sscred_iam) == [
        ["Active", "Inactive"],  # nothing fails
        ["Active"],  # refused
        ["Active", "Inactive"],  # its answer lost, and so made again
    ]


@pytest.mark.parametrize(
    ("errors", "lost", "ended"),
    [
        (("NoSuchEntity", "ServiceFailure"), None, 1 + 2),
        ((), "ServiceFailure", 1 + 1 + 1),
        (("ConnectionClosedError",), "AccessDenied", 1 + 1 + 1),
    ],
)
def test_errors_may_be_chosen(sscred_iam, errors, lost, ended):
    assert len(runs(sscred_iam, *errors, lost=lost)) == ended


def test_an_error_that_fits_no_call_is_refused(sscred_iam):
    with pytest.raises(ValueError, match="none of the calls can be answered with 'LimitExceeded'"):
        runs(sscred_iam, "LimitExceeded")


def test_afterwards_the_account_is_as_the_first_run_left_it(sscred_iam):
    assert len(runs(sscred_iam)) == 3
    (credential,) = sscred_iam.credentials()
    assert credential.statuses == ["Active", "Inactive"]
    assert [call.error for call in sscred_iam.calls] == [None]
    assert sscred_iam.problems() == []


def test_the_same_ids_are_made_in_every_run(sscred_iam):
    sscred_iam.add_user("Anika")
    made = []

    def scenario():
        iam = boto3.client("iam")
        answer = iam.create_service_specific_credential(UserName="Anika", ServiceName=CODECOMMIT)
        made.append(answer["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])
        iam.list_users()

    sscred_iam.sweep(scenario, lost=None)
    assert len(made) == 2
    assert len(set(made)) == 1


def test_time_and_caller_are_put_back(sscred_iam):
    from datetime import timedelta

    sscred_iam.add_user("Anika")
    seen = []

    def scenario():
        seen.append((sscred_iam.clock.now(), sscred_iam._account.state.cells.get(ACTING)))
        sscred_iam.clock.shift(timedelta(days=1))
        sscred_iam.act_as("Anika")
        boto3.client("iam").get_user()

    sscred_iam.sweep(scenario)
    assert {acting for _, acting in seen} == {None}
    assert max(now for now, _ in seen) - min(now for now, _ in seen) < timedelta(hours=1)


def test_what_broke_is_named():
    with FakeIAM() as iam:
        credential = iam.add_credential("Anika", CODECOMMIT)
        client = iam.client()

        def careless():
            with contextlib.suppress(ClientError):
                client.delete_service_specific_credential(
                    UserName="Anika", ServiceSpecificCredentialId=credential.id
                )
            iam.assert_deleted(credential)

        with pytest.raises(AssertionError) as caught:
            iam.sweep(careless)
        line = careless.__code__.co_firstlineno + 2
    assert str(caught.value).splitlines() == [
        "sweep: 1 of 2 runs broke what the test asserts",
        f"- 1. DeleteServiceSpecificCredential refused: AccessDenied at test_sweep.py:{line}",
        f"  then: still Active: {credential.id} of Anika (codecommit) "
        f"(asserted at {Place(__file__, line + 3)})",
    ]


@pytest.mark.parametrize(
    ("raised", "is_fine"),
    [
        (lambda error: error, True),
        (lambda error: RuntimeError("rotation failed"), True),
        (lambda error: AssertionError("really"), False),
        (lambda error: AssertionError(), False),
        (None, False),
    ],
    ids=["itself", "one of its own", "an assertion", "a bare one", "none of it"],
)
def test_who_tells_its_caller_is_fine(sscred_iam, raised, is_fine):
    def scenario():
        failed = None
        try:
            boto3.client("iam").list_users()
        except ClientError as error:
            failed = error
            if raised:
                raise raised(error) from error
        if failed:
            raise KeyError("Users")

    if is_fine:
        sscred_iam.sweep(scenario, lost=None)
        return
    with pytest.raises(AssertionError, match="1 of 1 run broke"):
        sscred_iam.sweep(scenario, lost=None)


def test_what_was_called_before_the_scenario_is_not_swept(sscred_iam):
    client = boto3.client("iam")
    client.list_users()
    seen = []

    def scenario():
        seen.append("run")
        try:
            client.get_account_summary()
        except client.exceptions.ClientError:
            seen.append("failed")

    sscred_iam.sweep(scenario, "Throttling", lost=None)
    assert seen == ["run", "run", "failed"]


def test_a_scenario_without_calls_is_none_to_sweep(sscred_iam):
    with pytest.raises(ValueError, match="no call of IAM was made: there is nothing to sweep"):
        sscred_iam.sweep(lambda: None)


@pytest.mark.parametrize(
    ("errors", "lost", "error", "message"),
    [
        (("NoSuchEntiti",), None, ValueError, "did you mean 'NoSuchEntity'"),
        ((), "Nonsense", ValueError, "no operation can answer with 'Nonsense'"),
        ((["AccessDenied"],), None, TypeError, "an error is a name"),
        ((), True, TypeError, "an error is a name"),
    ],
)
def test_an_error_that_is_none_is_refused_before_anything_runs(
    sscred_iam, errors, lost, error, message
):
    with pytest.raises(error, match=message):
        sscred_iam.sweep(lambda: pytest.fail("it ran"), *errors, lost=lost)


@pytest.mark.parametrize("swallowed", [True, False])
def test_an_operation_that_is_not_faked_is_told_of_an_errors_path(sscred_iam, swallowed):
    client = sscred_iam.client()

    def scenario():
        try:
            client.list_users()
        except ClientError:
            try:
                client.list_organizations_features()
            except NotImplementedError:
                if not swallowed:
                    raise

    with pytest.raises(AssertionError, match="ListOrganizationsFeatures"):
        sscred_iam.sweep(scenario)


@pytest.mark.sscred_iam(unsupported="allow")
def test_one_that_is_allowed_is_not_told(sscred_iam):
    def scenario():
        with contextlib.suppress(NotImplementedError):
            sscred_iam.client().list_organizations_features()
        sscred_iam.client().list_users()

    sscred_iam.sweep(scenario)


def test_only_the_call_that_was_taken_fails_with_its_retries(sscred_iam):
    """Not the retry of another, whose first attempt a fault of the test's own answers."""
    first, second = (sscred_iam.add_credential(name, CODECOMMIT) for name in "ab")

    def scenario():
        sscred_iam.add_fault("Throttling", on=UPDATE, credential_id=second)
        refused = []
        for each in (first, second):
            try:
                sscred_iam.client().update_service_specific_credential(
                    UserName=each.user_name, ServiceSpecificCredentialId=each.id, Status="Inactive"
                )
            except ClientError:
                refused.append(each)
        assert len(refused) < 2

    sscred_iam.sweep(scenario, lost=None)


def test_a_bare_assert_is_told_as_one(sscred_iam):
    def scenario():
        try:
            sscred_iam.client().list_users()
        except ClientError:
            raise AssertionError from None

    with pytest.raises(AssertionError, match="  then: AssertionError"):
        sscred_iam.sweep(scenario, lost=None)


@pytest.mark.parametrize("base", [LookupError, RuntimeError])
def test_an_exception_of_the_codes_own_is_no_mistake(sscred_iam, base):
    class UserGone(base):
        exceptions = 3

    def scenario():
        try:
            sscred_iam.client().list_users()
        except ClientError as error:
            raise UserGone("Anika") from error

    sscred_iam.sweep(scenario, lost=None)


def test_a_scenario_is_no_coroutine_function(sscred_iam):
    async def scenario():
        pass

    with pytest.raises(TypeError, match="sweep takes a function that is not async"):
        sscred_iam.sweep(scenario)


@pytest.mark.parametrize(
    "careless",
    [
        lambda: {}["nope"],
        lambda: None.users,
        lambda: [].pop(),
        lambda: Path("/nonexistent/rollback.json").read_text(),
    ],
    ids=["key", "attribute", "index", "file"],
)
def test_a_mistake_in_a_handler_is_no_word_to_the_caller(sscred_iam, careless):
    def scenario():
        failed = False
        try:
            sscred_iam.client().list_users()
        except ClientError:
            failed = True
            if "Path" not in careless.__code__.co_names:
                careless()
        if failed:
            careless()

    with pytest.raises(AssertionError, match="1 of 1 run broke"):
        sscred_iam.sweep(scenario, lost=None)


@pytest.mark.parametrize(("code", "is_fine"), [(1, True), ("no", True), (0, False), (None, False)])
def test_a_program_tells_its_caller_by_its_exit_code(sscred_iam, code, is_fine):
    ran = []

    def scenario():
        ran.append(1)
        try:
            sscred_iam.client().list_users()
        except ClientError:
            raise SystemExit(code) from None

    if is_fine:
        sscred_iam.sweep(scenario, lost=None)
    else:
        with pytest.raises(AssertionError, match="1 of 1 run broke"):
            sscred_iam.sweep(scenario, lost=None)
    assert len(ran) == 2


def test_an_error_of_the_codes_own_tells_its_caller(sscred_iam):
    """Also one that is raised at the end, for all that failed, with no exception behind it."""

    def scenario():
        failed = []
        try:
            sscred_iam.client().list_users()
        except ClientError as error:
            failed.append(str(error))
        if failed:
            raise RuntimeError(f"failed: {'; '.join(failed)}")

    sscred_iam.sweep(scenario, lost=None)


def test_a_program_that_exits_with_a_code_tells_its_caller(sscred_iam):
    def scenario():
        try:
            sscred_iam.client().list_users()
        except ClientError:
            subprocess.run([sys.executable, "-c", "raise SystemExit(1)"], check=True)

    sscred_iam.sweep(scenario, lost=None)


def test_the_place_of_a_mistake_is_the_users_line(sscred_iam):
    def scenario():
        try:
            sscred_iam.client().list_users()
        except ClientError:
            statistics.mean(None)

    sweeping = Sweeping(sscred_iam._account, lost=None)
    scenario()
    ((_, broken),) = sweeping.results(scenario)
    line = scenario.__code__.co_firstlineno + 4
    assert "\n- raised TypeError" in broken
    assert broken.splitlines()[-1] == f"- raised at {Place(__file__, line)}"


@pytest.mark.parametrize(
    ("end", "is_fine"),
    [(pytest.fail, False), (pytest.skip, True), (pytest.xfail, True)],
)
def test_a_run_may_end_as_pytest_has_it(sscred_iam, end, is_fine):
    def scenario():
        try:
            sscred_iam.client().list_users()
        except ClientError:
            end("so it ends")

    if is_fine:
        sscred_iam.sweep(scenario, lost=None)
        return
    with pytest.raises(AssertionError, match="  then: so it ends"):
        sscred_iam.sweep(scenario, lost=None)


def test_ctrl_c_ends_a_sweep(sscred_iam):
    runs = []

    def scenario():
        runs.append(1)
        with contextlib.suppress(ClientError):
            sscred_iam.client().list_users()
        if len(runs) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sscred_iam.sweep(scenario)


def test_errors_may_be_botocores_classes_and_instances(sscred_iam):
    def careless():
        with contextlib.suppress(ClientError, BotoCoreError):
            sscred_iam.client().list_users()
        raise TypeError

    mine = ReadTimeoutError(endpoint_url="https://iam.amazonaws.com/", error="mine")
    sweeping = Sweeping(sscred_iam._account, [ConnectTimeoutError], mine)
    with contextlib.suppress(TypeError):
        careless()
    assert [title for title, broken in sweeping.results(careless) if broken] == [
        "call 1 refused: ConnectTimeoutError",
        "call 1 lost: ReadTimeoutError",  # a read changes nothing
    ]


@pytest.mark.parametrize("others", [[], [KeyError("mine")]])
def test_errors_in_a_group_are_looked_at_each(sscred_iam, others):
    class GroupError(Exception):  # as ExceptionGroup, which Python 3.10 has not
        def __init__(self, exceptions):
            super().__init__("unhandled errors in a TaskGroup")
            self.exceptions = exceptions

    def scenario():
        try:
            sscred_iam.client().list_users()
        except ClientError as error:
            raise GroupError([error, *others]) from None

    if not others:
        sscred_iam.sweep(scenario, lost=None)
        return
    with pytest.raises(AssertionError, match="1 of 1 run broke"):
        sscred_iam.sweep(scenario, lost=None)


@pytest.mark.parametrize("rule", ["require_deactivated_before_deleted", "require_no_reactivation"])
def test_a_rule_made_before_the_sweep_judges_every_run(sscred_iam, rule):
    getattr(sscred_iam, rule)()

    def scenario():
        credential = sscred_iam.add_credential("Anika", CODECOMMIT)
        iam = sscred_iam.client()
        about = {"UserName": "Anika", "ServiceSpecificCredentialId": credential.id}
        with contextlib.suppress(ClientError):
            iam.update_service_specific_credential(Status="Inactive", **about)
        if rule == "require_no_reactivation":
            try:
                iam.list_users()
            except ClientError:
                iam.update_service_specific_credential(Status="Active", **about)
        else:
            iam.delete_service_specific_credential(**about)

    with pytest.raises(AssertionError, match=r"1 of \d runs broke"):
        sscred_iam.sweep(scenario, lost=None)


def test_a_deadline_after_a_runs_last_call_is_told(sscred_iam):
    sscred_iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=90)
    sscred_iam.require_active("Anika", "bedrock.amazonaws.com")

    def scenario():
        with contextlib.suppress(ClientError):
            sscred_iam.client().create_service_specific_credential(
                UserName="Anika", ServiceName="bedrock.amazonaws.com"
            )
        sscred_iam.clock.shift(timedelta(days=91))

    with pytest.raises(AssertionError, match=r"0 Active for Anika: …[A-Z2-7]{5} expired"):
        sscred_iam.sweep(scenario, lost=None)


@pytest.mark.parametrize("error", ["ServiceFailure", "Throttling", "ConnectTimeoutError"])
def test_a_call_fails_with_all_its_retries(sscred_iam, error):
    """A retry of botocore's that succeeds would hide what the code makes of the error."""
    made = []

    def careless():
        credential = sscred_iam.add_credential("Anika", CODECOMMIT)
        with contextlib.suppress(ClientError, BotoCoreError):
            sscred_iam.client().update_service_specific_credential(
                UserName="Anika", ServiceSpecificCredentialId=credential.id, Status="Inactive"
            )
        made.append(len(sscred_iam.calls))
        sscred_iam.assert_deactivated(credential)

    with pytest.raises(AssertionError, match="1 of 1 run broke"):
        sscred_iam.sweep(careless, error, lost=None)
    assert made == [1, 5]  # botocore's legacy mode makes five attempts


def test_an_answer_is_lost_once_so_that_the_retry_meets_the_change(sscred_iam):
    def scenario():
        with contextlib.suppress(ClientError):
            sscred_iam.client().create_service_specific_credential(
                UserName="Anika", ServiceName=CODECOMMIT
            )
        assert len(sscred_iam.credentials()) < 2

    sscred_iam.add_user("Anika")
    with pytest.raises(AssertionError, match="done, but its answer lost: ReadTimeoutError at"):
        sscred_iam.sweep(scenario)


def test_a_call_that_is_not_made_again_is_told(sscred_iam):
    runs = []

    def scenario():
        runs.append(1)
        if len(runs) != 2:
            sscred_iam.client().list_users()

    with pytest.raises(AssertionError, match="the call was not made again"):
        sscred_iam.sweep(scenario, lost=None)


def test_calls_that_iam_refuses_unread_are_counted(sscred_iam):
    """So that the fault of a run is that run's call's, and no other's."""
    errors = []

    def scenario():
        iam = sscred_iam.client()
        try:
            with contextlib.suppress(ClientError):
                iam.get_user(UserName="no name!")
            with contextlib.suppress(iam.exceptions.NoSuchEntityException):
                iam.get_user(UserName="Ghost")
        finally:
            errors.append([call.error for call in sscred_iam.calls])

    sscred_iam.sweep(scenario, lost=None)
    told = ["ValidationError", "NoSuchEntity"]
    assert errors == [told, told, ["ValidationError", "AccessDenied"]]


def test_what_an_interruption_raises_in_a_run_is_told(sscred_iam):
    def scenario():
        failed = []
        sscred_iam.before("GetUser", lambda: 1 / 0 if failed else None)
        iam = sscred_iam.client()
        try:
            iam.list_users()
        except ClientError:
            failed.append(1)
        with contextlib.suppress(ClientError):
            iam.get_user(UserName="Ghost")

    with pytest.raises(AssertionError, match="1 of 2 runs broke"):
        sscred_iam.sweep(scenario, lost=None)


@pytest.mark.parametrize("where", ["before", "inside"])
def test_chance_is_the_same_in_every_run(sscred_iam, where):
    seen = []

    def chance():
        sscred_iam.add_fault("Throttling", on="GetUser", probability=0.5)

    def scenario():
        if where == "inside":
            chance()
        iam = boto3.client("iam")
        with contextlib.suppress(ClientError):
            iam.list_users()
        before = len(sscred_iam.calls)
        for _ in range(10):
            with contextlib.suppress(ClientError):
                iam.get_user(UserName="Ghost")
        seen.append([call.error for call in sscred_iam.calls[before:]])

    if where == "before":
        chance()
    with contextlib.suppress(AssertionError):
        sscred_iam.sweep(scenario, lost=None)
    assert seen[1] == seen[0]
    assert set(seen[0]) == {"Throttling", "NoSuchEntity"}


def test_what_requests_raises_tells_its_caller(sscred_iam, sscred_services):
    form = {"Action": "ListUsers", "Version": "2010-05-08"}
    sscred_iam.sweep(
        lambda: requests.post("https://iam.amazonaws.com/", data=form).raise_for_status(),
        "AccessDenied",
        "ReadTimeoutError",
        lost=None,
    )


def test_where_it_broke_is_told(sscred_iam):
    def scenario():
        found = 0
        with contextlib.suppress(ClientError):
            found = len(sscred_iam.client().list_users())
        assert found

    sweeping = Sweeping(sscred_iam._account, lost=None)
    scenario()
    ((_, broken),) = sweeping.results(scenario)
    line = scenario.__code__.co_firstlineno + 4
    assert broken.splitlines()[-1] == f"- asserted at {Place(__file__, line)}"


def test_uses_of_a_credential_do_not_fail(sscred_iam):
    """They are no calls of IAM."""
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    ran = []

    def scenario():
        ran.append(sscred_iam.authenticate("bedrock.amazonaws.com", secret=key.secret))
        sscred_iam.client().list_users()

    sscred_iam.sweep(scenario, lost=None)
    assert len(ran) == 2


def test_a_failing_first_run_is_not_swept(sscred_iam):
    ran = []

    def scenario():
        ran.append(1)
        raise RuntimeError("as ever")

    with pytest.raises(RuntimeError, match="as ever"):
        sscred_iam.sweep(scenario)
    assert ran == [1]


def test_many_broken_runs_are_not_all_shown(sscred_iam):
    def scenario():
        iam = boto3.client("iam")
        answered = 0
        for _ in range(12):
            try:
                iam.list_users()
                answered += 1
            except ClientError:
                pass
        assert answered == 12

    with pytest.raises(AssertionError) as caught:
        sscred_iam.sweep(scenario, lost=None)
    lines = str(caught.value).splitlines()
    assert len(lines) <= 25
    assert lines[-1] == "- and 4 more"


# The marker


def test_one_line_makes_a_test_a_sweep(run_pytest):
    result = run_pytest(rotation(), "-v")
    assert result.ret == 0
    if HAS_SUBTESTS:
        result.stdout.fnmatch_lines(["*1 passed,*8 subtests passed*"])


@pytest.mark.skipif(not HAS_SUBTESTS, reason="pytest has subtests from 9.0 on")
def test_a_broken_run_is_a_failed_subtest(run_pytest):
    result = run_pytest(rotation(swallow=True))
    result.stdout.fnmatch_lines(
        [
            "_* test_rotation *call 3 refused: AccessDenied* _*",
            "went on after AccessDenied at test_it.py:13, then: deleted while Active*",
            "- deleted while Active: DeleteServiceSpecificCredential at test_it.py:17",
            "*- expected: deactivated before deleted",
            "*- sscred_iam -*",
            "  3. UpdateServiceSpecificCredential Anika ACCA* Inactive: AccessDenied, *:13",
            "*contains 1 failed subtest*",
        ]
    )
    assert result.stdout.str().count("- sscred_iam -") == 1


@pytest.mark.skipif(not HAS_SUBTESTS, reason="pytest has subtests from 9.0 on")
def test_the_section_is_of_the_first_broken_run(sscred_iam):
    iam = sscred_iam
    credential = iam.add_credential("Anika", CODECOMMIT)
    client = iam.client()

    def careless():
        with contextlib.suppress(ClientError):
            client.update_service_specific_credential(
                UserName="Anika", ServiceSpecificCredentialId=credential.id, Status="Inactive"
            )
        iam.assert_deactivated(credential)

    with pytest.raises(AssertionError) as caught:
        iam.sweep(careless)
    shown = iam.report(about=f"AssertionError: {caught.value}")
    assert "  1. UpdateServiceSpecificCredential Anika" in shown
    assert "AccessDenied" in shown
    assert "Active > Inactive" not in shown
    assert "Active > Inactive" in iam.report(about="assert 1 == 2")


@pytest.mark.skipif(not HAS_SUBTESTS, reason="pytest has subtests from 9.0 on")
def test_each_broken_run_is_a_subtest_with_its_own_logs(run_pytest):
    result = run_pytest("""
import logging
import pytest

@pytest.mark.sscred_sweep(lost=None)
def test_it(sscred_iam):
    iam, answered = sscred_iam.client(), 0
    for number in range(5):
        try:
            iam.list_users()
            answered += 1
        except iam.exceptions.ClientError:
            logging.warning("failed: no. %s", number + 1)
    assert answered == 5
""")
    result.assert_outcomes(failed=6)
    out = result.stdout.str()
    shown = out[out.index("= FAILURES =") : out.index("short test summary")]
    failures = shown.split("____ test_it")
    for number, failure in enumerate(failures[1:6], 1):
        assert f"[call {number} refused: AccessDenied]" in failure
        assert "- asserted at test_it.py:13" in failure
        assert re.findall(r"failed: no\. (\d)", failure) == [str(number)]
        assert re.findall(r"(\d)\. ListUsers: AccessDenied, ", failure) == [str(number)]


def test_a_scenario_that_breaks_a_rule_as_it_is_is_not_swept(iam):
    ran = []

    def scenario():
        ran.append(1)
        iam.require_no_changes()
        iam.client().create_user(UserName="Anika")

    iam.open()
    try:
        with pytest.raises(AssertionError, match=r"^a change: CreateUser"):
            iam.sweep(scenario)
    finally:
        iam.close()
    assert ran == [1]


@pytest.mark.parametrize("subtests", ["subtests", "no:subtests"])
def test_a_test_that_breaks_a_rule_as_it_is_is_not_swept(run_pytest, subtests):
    result = run_pytest(
        """
import pytest
ran = []

@pytest.mark.sscred_sweep
def test_it(sscred_iam):
    ran.append(1)
    sscred_iam.require_no_changes()
    sscred_iam.client().create_user(UserName="Anika")

def test_it_ran_once():
    assert len(ran) == 1
""",
        *(["-p", subtests] if HAS_SUBTESTS else []),
    )
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["a change: CreateUser at test_it.py:8"])


def test_without_subtests_one_message_names_all(run_pytest):
    result = run_pytest(rotation(swallow=True), "-p", "no:subtests")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "sweep: 1 of 8 runs broke what the test asserts",
            "- 3. UpdateServiceSpecificCredential refused: AccessDenied at test_it.py:*",
            "  then: deleted while Active: DeleteServiceSpecificCredential at test_it.py:17",
        ]
    )


@pytest.mark.parametrize(
    ("marker", "problem"),
    [
        ('("Sevenfold")', "no operation can answer with 'Sevenfold'"),
        ('("EntityAlreadyExists")', "none of the calls can be answered with 'EntityAlready"),
        ("(times=3)", 'the marker takes names, as in ("Throttling", lost=None), and no times='),
    ],
)
def test_a_marker_that_makes_no_sense(run_pytest, marker, problem):
    result = run_pytest(rotation(marker=marker))
    assert result.ret == 1
    assert f"sscred_sweep: {problem}" in result.stdout.str()


def test_a_marker_on_a_test_without_an_account(run_pytest):
    result = run_pytest("""
import pytest
import unittest

@pytest.mark.sscred_sweep
def test_it(): pass

@pytest.mark.sscred_sweep
class TestIt(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def fixture(self, sscred_iam): pass

    def test_it(self): pass
""")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "sscred_sweep: it is for tests that ask for sscred_iam",
            "sscred_sweep: it is for test functions, not for a unittest.TestCase's methods",
        ]
    )


def test_a_marker_on_a_class_passes_over_tests_without_an_account(run_pytest):
    result = run_pytest("""
import pytest

@pytest.mark.sscred_sweep
class TestIt:
    def test_it(self): pass
""")
    result.assert_outcomes(passed=1)


def test_errors_and_lost_answers_of_the_marker(run_pytest):
    result = run_pytest(rotation(marker='("NoSuchEntity", lost=None)'), "-v")
    assert result.ret == 0
    if HAS_SUBTESTS:
        result.stdout.fnmatch_lines(["*4 subtests passed*"])


def test_a_run_may_fail_skip_or_assert(run_pytest):
    result = run_pytest(
        """
import pytest

@pytest.mark.sscred_sweep(lost=None)
@pytest.mark.parametrize("end", [pytest.fail, pytest.skip])
def test_it(sscred_iam, end):
    iam = sscred_iam.client()
    try:
        iam.list_users()
    except iam.exceptions.ClientError:
        end("so it ends")
""",
        "-p",
        "no:subtests",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["- 1. ListUsers refused: AccessDenied at test_it.py:8", "  then: so it ends (*"]
    )


def test_seeds_of_a_fixture_are_put_back_too(run_pytest):
    result = run_pytest("""
import pytest

@pytest.fixture
def key(sscred_iam):
    return sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")

@pytest.mark.sscred_sweep
def test_it(sscred_iam, key):
    assert key.statuses == ["Active"]
    sscred_iam.client().delete_service_specific_credential(
        UserName="Anika", ServiceSpecificCredentialId=key.id
    )
    sscred_iam.assert_deleted(key)
""")
    assert result.ret == 0


def test_coroutines_are_swept(run_pytest):
    pytest.importorskip("pytest_asyncio", reason="needs pytest-asyncio")
    result = run_pytest(
        """
import pytest
from aiobotocore.session import get_session

@pytest.mark.asyncio
@pytest.mark.sscred_sweep
async def test_it(sscred_iam):
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    async with get_session().create_client("iam", region_name="us-east-1") as iam:
        await iam.delete_service_specific_credential(
            UserName="Anika", ServiceSpecificCredentialId=key.id
        )
    sscred_iam.assert_deleted(key)
""",
        "-p",
        "pytest_asyncio.plugin",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        "-v",
    )
    assert result.ret == 0
    if HAS_SUBTESTS:
        result.stdout.fnmatch_lines(["*1 passed,*2 subtests passed*"])


def test_what_a_run_deleted_is_back_in_its_place(sscred_iam):
    keys = sscred_iam.add_many(3)
    before = sscred_iam.dump()
    seen = []

    def scenario():
        seen.append(sscred_iam.dump())
        client = sscred_iam.client()
        with contextlib.suppress(ClientError, BotoCoreError):
            client.delete_service_specific_credential(
                UserName=keys[0].user_name, ServiceSpecificCredentialId=keys[0].id
            )

    sscred_iam.sweep(scenario)
    assert [json.dumps(each) for each in seen] == [json.dumps(before)] * len(seen)
    assert len(seen) == 3


def test_handles_of_what_a_run_has_made_stay_readable(sscred_iam):
    kept = []

    def scenario():
        try:
            sscred_iam.client().list_users()
        except (ClientError, BotoCoreError):
            kept.append(sscred_iam.add_credential("Extra", CODECOMMIT))
        assert all(key.user_name == "Extra" and key.statuses == ["Active"] for key in kept)

    sscred_iam.sweep(scenario)
    assert [key.password[:4] for key in kept] == ["Fake"]
    assert "of Extra" in repr(kept)
    with pytest.raises(LookupError):
        sscred_iam.user("Extra")


def test_what_a_runs_fault_has_hit_can_be_read_afterwards(sscred_iam):
    hits = []

    def scenario():
        fault = sscred_iam.add_fault("Throttling", on="GetUser", times=None)
        hits.append(fault)
        with contextlib.suppress(ClientError, BotoCoreError):
            sscred_iam.client(config=Config(retries={"max_attempts": 0})).get_user(UserName="x")

    sscred_iam.sweep(scenario, "ServiceFailure", lost=None)
    assert [fault.hits for fault in hits] == [1, 0]
    assert [fault.removed for fault in hits] == [False, True]


def test_a_first_run_that_raises_keeps_no_log(sscred_iam):
    def scenario():
        sscred_iam.client().list_users()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sscred_iam.sweep(scenario)
    assert not sscred_iam._account.state.log.is_on


def test_nor_does_one_of_a_test_that_is_swept(run_pytest):
    result = run_pytest("""
import pytest

@pytest.fixture
def iam(sscred_iam):
    yield sscred_iam
    assert not sscred_iam._account.state.log.is_on

@pytest.mark.sscred_sweep
def test_it(iam, sscred_iam):
    iam.client().list_users()
    assert False
""")
    result.assert_outcomes(failed=1)


def test_the_runs_own_fault_comes_before_the_tests(sscred_iam):
    sscred_iam.add_fault("Throttling", on="ListUsers", times=None)
    seen = []

    def scenario():
        with pytest.raises(ClientError) as caught:
            sscred_iam.client(config=Config(retries={"total_max_attempts": 1})).list_users()
        seen.append(caught.value.response["Error"]["Code"])

    sscred_iam.sweep(scenario, lost=None)
    assert seen == ["Throttling", "AccessDenied"]


def test_what_nobody_answers_in_the_first_run_is_told(iam):
    def scenario():
        ran.append(1)
        boto3.client("iam").list_users()
        with contextlib.suppress(Exception):
            boto3.client("iam").list_organizations_features()

    ran = []
    iam.open()
    try:
        with pytest.raises(AssertionError, match="ListOrganizationsFeatures"):
            iam.sweep(scenario)
    finally:
        iam.close()
    assert ran == [1], "no run is made of what goes wrong already"
