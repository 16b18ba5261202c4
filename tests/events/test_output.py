"""What a test shows whose target failed."""

from __future__ import annotations

import re

FAILING = """
import boto3


def quarantine(event, context):
    made = event["detail"]["responseElements"]["credential"]
    boto3.client("iam").delete_user(UserName=made["userName"])


def test_it(sscred_iam):
    sscred_iam.add_user("Anika")
    sscred_iam.on_event(quarantine, {"detail": {"eventName": ["CreateServiceSpecificCredential"]}})
    boto3.client("iam").create_service_specific_credential(
        UserName="Anika", ServiceName="bedrock.amazonaws.com"
    )
"""


def failure_of(result):
    """The lines between a test's title and the summary."""
    text = result.stdout.str()
    return text.partition("FAILURES")[2].partition("short test summary")[0].splitlines()[1:]


def test_the_verdict_comes_first_and_says_where_the_target_raised(run_pytest):
    result = run_pytest(FAILING)
    result.assert_outcomes(failed=1)
    title, *lines = failure_of(result)
    assert "test_it" in title
    assert lines[:6] == [
        "the target failed: quarantine raised KeyError at test_it.py:5",
        "- seen: KeyError('credential'), in each of 3 attempts",
        "- expected: it takes the event of CreateServiceSpecificCredential Anika "
        "bedrock.amazonaws.com",
        "- the call was made at test_it.py:12",
        "- on_event() was called at test_it.py:11",
        'To allow it: on_event(..., failures="allow")',
    ]
    assert len(lines) <= 25


def test_the_summary_has_the_verdict(run_pytest):
    result = run_pytest(FAILING)
    summary = result.stdout.str().partition("short test summary")[2]
    assert re.search(r"FAILED test_it.py::test_it - .*the target failed: quarantine", summary)


def test_a_failure_that_is_allowed_fails_nothing(run_pytest):
    allowed = FAILING.replace("]}})", ']}}, failures="allow")')
    run_pytest(allowed).assert_outcomes(passed=1)


def test_a_loop_is_the_verdict_too(run_pytest):
    result = run_pytest("""
import boto3


def tag(event, context):
    boto3.client("iam").tag_user(UserName="Anika", Tags=[{"Key": "Seen", "Value": "yes"}])


def test_it(sscred_iam):
    sscred_iam.on_event(tag)
    boto3.client("iam").create_user(UserName="Anika")
""")
    result.assert_outcomes(failed=1)
    _, *lines = failure_of(result)
    assert lines[0] == "a loop: tag causes its own events"
    assert lines[4] == "- on_event() was called at test_it.py:9"


def test_a_failed_assertion_comes_first_and_its_section_names_the_target(run_pytest):
    """It is the likeliest reason that what the test expects has not happened."""
    text = run_pytest(FAILING + "    assert sscred_iam.users() == []\n").stdout.str()
    assert "test_it - assert [<User Anika>] == []" in text
    assert "\nalso: the target failed: quarantine raised KeyError at test_it.py:5\n" in text


def test_what_a_fixture_does_after_the_test_calls_no_target(run_pytest):
    run_pytest("""
import boto3
import pytest


@pytest.fixture
def cleaned(sscred_iam):
    yield
    boto3.client("iam").create_user(UserName="Anika")


def test_it(sscred_iam, cleaned):
    sscred_iam.on_event(lambda event, context: 1 / 0)
""").assert_outcomes(passed=1)


def test_the_section_says_what_a_target_was_given(run_pytest):
    result = run_pytest("""
        import datetime as dt
        import boto3

        def handler(event, context):
            raise RuntimeError("the table is missing")

        def test_failing(sscred_iam):
            sscred_iam.on_event(handler)
            boto3.client("iam").create_user(UserName="Anika")
            assert sscred_iam.users == []

        def test_of_a_seed(sscred_iam):
            sscred_iam.on_event(handler)
            sscred_iam.assert_deactivated(sscred_iam.add_bedrock_key())

        def test_waiting(sscred_iam):
            sscred_iam.on_event(handler, delay=dt.timedelta(minutes=1))
            boto3.client("iam").create_user(UserName="Anika")
            assert sscred_iam.users == []
    """)
    failing, of_a_seed, waiting = (
        each.partition("\n__")[0] for each in result.stdout.str().split("- sscred_iam -")[1:]
    )
    assert "\non_event: handler was given 1 event\n" in failing
    assert (
        "\nalso: the target failed: handler raised RuntimeError at test_it.py:5\n"
        "- seen: RuntimeError('the table is missing'), in each of 3 attempts"
    ) in failing
    assert "\non_event: handler was given no event; seeds make none without recorded=" in of_a_seed
    assert "is the client mocked" not in of_a_seed
    assert "\non_event: handler was given no event, 1 event still waits" in waiting
