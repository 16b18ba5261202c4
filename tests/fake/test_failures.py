"""What a failed test prints: pinned, 25 lines at most for one mistake, no secret in it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from names import BEDROCK, UPDATE

from pytest_sscred import FakeIAM
from pytest_sscred.iam_api import told
from pytest_sscred.protocol.model import load_model
from pytest_sscred.refusals import NOT_FAKED

PRELUDE = """
import boto3
import pytest

iam = boto3.client("iam", "us-east-1", aws_access_key_id="x", aws_secret_access_key="y")

def deactivate(user_name, credential_id):
    iam.update_service_specific_credential(
        UserName=user_name, ServiceSpecificCredentialId=credential_id, Status="Inactive"
    )

@pytest.fixture
def anika(sscred_iam):
    return sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")

"""
ID = "ACCA[A-Z2-7]{17}"

# The body of a test, and the message it fails with.
MISTAKES = {
    "a rule that does not hold when it is made": (
        'sscred_iam.require_active("Anika", "bedrock.amazonaws.com")',
        """\
0 Active for Anika (bedrock) when the rule was made
- it needs at least 1: seed the account first""",
    ),
    "another rule that does not hold": (
        'sscred_iam.require(lambda iam: False, "two passwords")',
        "does not hold when it is made: two passwords",
    ),
    "never deactivated": (
        "sscred_iam.assert_deactivated(anika)",
        """\
still Active: ID of Anika (codecommit)
- seen: Active
- expected: Inactive, and Active before
- no call named this credential""",
    ),
    "another one deactivated": (
        """other = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    deactivate("Anika", other.id)
    sscred_iam.assert_deactivated(anika)""",
        f"""\
still Active: ID of Anika (codecommit)
- seen: Active
- expected: Inactive, and Active before
- no call named this credential
- another one was named: {UPDATE} Anika ID Inactive: ok, test_it.py:7""",
    ),
    "the call was refused": (
        """with pytest.raises(iam.exceptions.NoSuchEntityException):
        deactivate("Annika", anika.id)
    sscred_iam.assert_deactivated(anika)""",
        f"""\
still Active: ID of Anika (codecommit)
- seen: Active
- expected: Inactive, and Active before
- {UPDATE} Annika ID Inactive: NoSuchEntity, test_it.py:7""",
    ),
    "never active": (
        """idle = sscred_iam.add_credential("sofia", "bedrock.amazonaws.com", status="Inactive")
    sscred_iam.assert_deactivated(idle)""",
        """\
never Active: ID of sofia (bedrock)
- seen: Inactive
- expected: Inactive, and Active before
- no call named this credential""",
    ),
    "active again": (
        """deactivate("Anika", anika.id)
    sscred_iam.client().update_service_specific_credential(
        UserName="Anika", ServiceSpecificCredentialId=anika.id, Status="Active"
    )
    sscred_iam.assert_deactivated(anika)""",
        f"""\
Active again: ID of Anika (codecommit)
- seen: Active > Inactive > Active
- expected: Inactive, and Active before
- {UPDATE} Anika ID Inactive: ok, test_it.py:7
- {UPDATE} Anika ID Active: ok, test_it.py:17""",
    ),
    "deleted instead": (
        """sscred_iam.remove_user("Anika")
    sscred_iam.assert_deactivated(anika)""",
        """\
Deleted, not Inactive: ID of Anika (codecommit)
- seen: Active > Deleted
- expected: Inactive, and Active before
- the test itself removed it at test_it.py:16""",
    ),
    "expired": (
        """from datetime import timedelta
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=1)
    sscred_iam.clock.shift(timedelta(days=2))
    sscred_iam.assert_active(key)""",
        """\
Expired, not Active: ID of Anika (bedrock)
- seen: Active > Expired
- expected: Active
- it expired as time went by""",
    ),
    "not active": (
        """deactivate("Anika", anika.id)
    sscred_iam.assert_active(anika.id)""",
        f"""\
Inactive, not Active: ID of Anika (codecommit)
- seen: Active > Inactive
- expected: Active
- {UPDATE} Anika ID Inactive: ok, test_it.py:7""",
    ),
    "not deleted": (
        "sscred_iam.assert_deleted(anika)",
        """\
still Active: ID of Anika (codecommit)
- seen: Active
- expected: Deleted
- no call named this credential""",
    ),
    "a status is missing": (
        'sscred_iam.assert_statuses(anika, ["Active", "Inactive", "Deleted"])',
        """\
never Inactive: ID of Anika (codecommit)
- seen: Active
- expected: Active > Inactive > Deleted
- no call named this credential""",
    ),
    "a status is too many": (
        """deactivate("Anika", anika.id)
    sscred_iam.assert_statuses(anika, ["Active"])""",
        f"""\
unexpected Inactive: ID of Anika (codecommit)
- seen: Active > Inactive
- expected: Active
- {UPDATE} Anika ID Inactive: ok, test_it.py:7""",
    ),
    "another status": (
        """iam.delete_service_specific_credential(
        UserName="Anika", ServiceSpecificCredentialId=anika.id
    )
    sscred_iam.assert_statuses(anika, ["Active", "Inactive"])""",
        """\
unexpected Deleted: ID of Anika (codecommit)
- seen: Active > Deleted
- expected: Active > Inactive
- DeleteServiceSpecificCredential Anika ID: ok, test_it.py:16""",
    ),
    "never called": (
        f'sscred_iam.assert_called("{UPDATE}")',
        f"""\
never called: {UPDATE}
- seen: 0 calls of it, 0 with these parameters
- expected: at least once""",
    ),
    "called otherwise": (
        f"""deactivate("Anika", anika.id)
    sscred_iam.assert_called("{UPDATE}", times=2, UserName="sofia", Status="Inactive")""",
        f"""\
never called: {UPDATE}
- seen: 1 call of it, 0 with these parameters
- expected: 2 times with UserName=sofia Status=Inactive
- call 1: its UserName is 'Anika'""",
    ),
    "called without": (
        """iam.list_service_specific_credentials(AllUsers=True)
    sscred_iam.assert_called("ListServiceSpecificCredentials", times=1, UserName="sofia")""",
        """\
never called: ListServiceSpecificCredentials
- seen: 1 call of it, 0 with these parameters
- expected: 1 time with UserName=sofia
- call 1: it has no UserName""",
    ),
    "called though": (
        f"""deactivate("Anika", anika.id)
    sscred_iam.assert_not_called("{UPDATE}")""",
        f"""\
called 1 time, expected no call: {UPDATE}
- seen: 1 call
- expected: none
- {UPDATE} Anika ID Inactive: ok, test_it.py:7""",
    ),
    "not faked": (
        "iam.list_organizations_features()",
        """\
not faked, and not sent: ListOrganizationsFeatures
- expected: one of the 114 operations that pytest-sscred fakes
- moto's mock_aws answers what the fake lacks, for clients made after moto's import
- called at test_it.py:16""",
    ),
    "refused by IAM": (
        'deactivate("sofia", anika.id)',
        "An error occurred (NoSuchEntity) when calling the UpdateServiceSpecificCredential "
        "operation: The user with name sofia cannot be found.",
    ),
    "refused by botocore": (
        'deactivate("sofia", "short")',
        """\
Parameter validation failed:
Invalid length for parameter ServiceSpecificCredentialId, value: 5, valid min length: 20""",
    ),
}
VERDICTS = {
    "a fault that no call met": (
        f'sscred_iam.add_fault("NoSuchEntity", on="{UPDATE}")',
        f"""\
never fired: NoSuchEntity on {UPDATE}
- seen: no call of {UPDATE}
- expected: a call, to be answered with NoSuchEntity
- the fault was added at test_it.py:16
To allow it: @pytest.mark.sscred_iam(unused_faults="allow")""",
    ),
    "a fault for somebody else": (
        f"""sscred_iam.add_fault("Throttling", on="{UPDATE}", user_name="sofia")
    deactivate("Anika", anika.id)""",
        f"""\
never fired: Throttling on {UPDATE}
- seen: 1 call of {UPDATE}, none that matches
- expected: a call with UserName=sofia, to be answered with Throttling
- the fault was added at test_it.py:16
- {UPDATE} Anika ID Inactive: ok, test_it.py:7
To allow it: @pytest.mark.sscred_iam(unused_faults="allow")""",
    ),
    "a fault behind a refusal": (
        f"""sscred_iam.add_fault("Throttling", on="{UPDATE}", user_name="Anika")
    with pytest.raises(iam.exceptions.ClientError):
        iam.update_service_specific_credential(
            UserName="Anika", ServiceSpecificCredentialId=anika.id, Status="Off"
        )""",
        f"""\
never fired: Throttling on {UPDATE}
- seen: 1 matching call, answered with ValidationError before faults are looked at
- expected: a call with UserName=Anika, to be answered with Throttling
- the fault was added at test_it.py:16
- {UPDATE} Anika ID Off: ValidationError, test_it.py:18
To allow it: @pytest.mark.sscred_iam(unused_faults="allow")""",
    ),
    "a fault that comes too late": (
        f"""sscred_iam.add_fault("Throttling", on="{UPDATE}", after=3, credential_id=anika)
    deactivate("Anika", anika.id)""",
        f"""\
never fired: Throttling on {UPDATE}
- seen: 1 matching call, let through by after=3
- expected: a call with ServiceSpecificCredentialId=ID, to be answered with Throttling
- the fault was added at test_it.py:16
- {UPDATE} Anika ID Inactive: ok, test_it.py:7
To allow it: @pytest.mark.sscred_iam(unused_faults="allow")""",
    ),
    "a fault later in a sequence": (
        f"""sscred_iam.add_fault("Throttling", on="{UPDATE}", sequence="PF")
    deactivate("Anika", anika.id)""",
        f"""\
never fired: Throttling on {UPDATE}
- seen: 1 matching call, let through, as the fault says (after=, every=, ...)
- expected: a call, to be answered with Throttling
- the fault was added at test_it.py:16
- {UPDATE} Anika ID Inactive: ok, test_it.py:7
To allow it: @pytest.mark.sscred_iam(unused_faults="allow")""",
    ),
    "an action that raises": (
        f"""def act():
        raise LookupError("no such one\\nat all")
    sscred_iam.before("{UPDATE}", act)
    deactivate("Anika", anika.id)""",
        f"""\
the action of before() raised LookupError at test_it.py:17
- seen: LookupError: no such one
- raised at test_it.py:17
- it ran before a call of {UPDATE}
- before() was called at test_it.py:18""",
    ),
    "an action that raises in a library": (
        f"""import json
    from functools import partial
    sscred_iam.before("{UPDATE}", partial(json.loads, "x"))
    deactivate("Anika", anika.id)""",
        f"""\
the action of before() raised JSONDecodeError
- seen: JSONDecodeError: Expecting value: line 1 column 1 (char 0)
- it ran before a call of {UPDATE}
- before() was called at test_it.py:18""",
    ),
    "a rule that raises": (
        """sscred_iam.require(lambda iam: anika.is_active or iam.user("Bela"), "x")
    deactivate("Anika", anika.id)
    iam.list_users()""",
        """\
a rule raised LookupError at test_it.py:16: after Updat… at test_it.py:7
- seen: LookupError: the account has no user 'Bela': there are: Anika
- raised at test_it.py:16
- expected: x
- required at test_it.py:16""",
    ),
    "a rule broken by the test itself": (
        """sscred_iam.require_active("Anika", "codecommit.amazonaws.com")
    sscred_iam.remove_credential(anika)""",
        """\
0 Active for Anika: …TAIL removed by the test at test_it.py:17
- seen: ID Active > Deleted
- expected: Anika has at least 1 Active for codecommit.amazonaws.com
- required at test_it.py:16""",
    ),
    "a dry run by a user": (
        """sscred_iam.act_as("Anika")
    sscred_iam.require_no_changes()
    deactivate("Anika", anika.id)""",
        f"""\
a change: {UPDATE} at test_it.py:7
- seen: {UPDATE}
- expected: no changes
- called by Anika at test_it.py:7
- required at test_it.py:17""",
    ),
    "too many": (
        """sscred_iam.add_credential("sofia", "codecommit.amazonaws.com")
    sscred_iam.require_at_most(1, "Anika", "codecommit.amazonaws.com")
    iam.create_service_specific_credential(
        UserName="Anika", ServiceName="codecommit.amazonaws.com"
    )""",
        """\
2 credentials of Anika (codecommit), at most 1 allowed… at test_it.py:18
- seen: ID, ID
- expected: at most 1 credential of Anika for codecommit.amazonaws.com
- required at test_it.py:17""",
    ),
    "swallowed": (
        """try:
        iam.list_organizations_features()
    except Exception:
        pass""",
        """\
called, and not faked: ListOrganizationsFeatures
- seen: a call of ListOrganizationsFeatures that was refused; nothing was sent
- called at test_it.py:17
- expected: operations that are faked
- moto's mock_aws answers what the fake lacks, for clients made after moto's import
To allow it: @pytest.mark.sscred_iam(unsupported="allow")""",
    ),
}


@pytest.fixture
def fail(run_pytest):
    """The lines that one failing test prints, from its headline to the end of its sections."""

    def fail(body, *args):
        result = run_pytest(f"{PRELUDE}def test_it(sscred_iam, anika):\n    {body}\n", *args)
        result.assert_outcomes(failed=1)
        lines = result.outlines
        start = next(i for i, line in enumerate(lines) if re.search("_ test_it _", line))
        end = next(
            i for i, line in enumerate(lines) if re.search("^=+ .*(summary|failed).* =+$", line)
        )
        return lines[start:end]

    return fail


def messages(lines):
    """The lines of the exception, as pytest marks them, ids replaced."""
    marked = [line[8:] for line in lines if line.startswith("E  ")]
    text = re.sub(ID, "ID", "\n".join(marked))
    return re.sub(r"^[\w.]+: ", "", text, count=1)


@pytest.mark.parametrize(("body", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_its_own_words(fail, body, message):
    lines = fail(body)
    assert messages(lines) == message
    assert len(lines) <= 25, "\n".join(lines)


@pytest.mark.parametrize(("body", "message"), VERDICTS.values(), ids=VERDICTS)
def test_a_verdict_is_told_in_its_own_words_and_without_a_traceback(fail, body, message):
    lines = fail(body)
    length = message.count("\n") + 1
    shown = re.sub(ID, "ID", "\n".join(lines[1 : 1 + length]))
    assert re.sub("…[A-Z2-7]{5} ", "…TAIL ", shown) == message
    assert "sscred_iam" in lines[1 + length]
    assert len(lines) <= 25, "\n".join(lines)


@pytest.mark.parametrize(
    "message",
    [
        message
        for _, message in (*MISTAKES.values(), *VERDICTS.values())
        if "An error" not in message
    ],
)
def test_a_first_line_has_at_most_72_characters(message):
    assert len(message.splitlines()[0].replace("ID", "A" * 21)) <= 72


def test_so_has_that_of_any_operation_that_is_not_faked(iam):
    for operation in load_model().iam.operation_names:
        refusal = told(iam._account.refuse(operation, NOT_FAKED))
        assert len(str(refusal).splitlines()[0]) <= 72
    assert max(len(problem.splitlines()[0]) for problem in iam.problems()) <= 72


@pytest.mark.parametrize(
    "mistakes",
    [
        'sscred_iam.require(lambda iam: not iam.users() or iam.calls == [], f"rule {n}")',
        'sscred_iam.before("GetUser", lambda: None)',
        "iam.get_account_summary() if n == 0 else getattr(iam, UNFAKED[n])()",
        'sscred_iam.add_fault("Throttling", on="GetUser", times=n + 1)',
    ],
    ids=["rules", "before", "not faked", "faults"],
)
def test_many_mistakes_at_once_are_told_in_25_lines_too(fail, mistakes):
    lines = fail(f"""
    UNFAKED = [
        "", "list_organizations_features", "list_delegation_requests",
        "enable_organizations_root_sessions", "disable_organizations_root_sessions",
        "enable_outbound_web_identity_federation", "disable_outbound_web_identity_federation",
        "get_outbound_web_identity_federation_info",
    ]
    for n in range(8):
        try:
            {mistakes}
        except NotImplementedError:
            pass
    iam.create_user(UserName="Bela")
""")
    assert len(lines) <= 25, "\n".join(lines)
    assert max(map(len, lines)) <= 160


def test_a_long_history_is_told_in_brief(iam, ask):
    for _ in range(300):
        ask("ListUsers")
    for name in "abcdef":
        ask("CreateUser", UserName=name)
        ask("DeleteUser", UserName=name)
    with pytest.raises(AssertionError) as caught:
        iam.assert_order("GetUser")
    assert caught.value.args[0].splitlines()[1] == (
        "- seen: ListUsers (300 times) > CreateUser > DeleteUser > CreateUser > (5 more) > "
        "CreateUser > DeleteUser > CreateUser > DeleteUser"
    )


def test_a_rule_that_was_broken_is_told_beside_what_failed_the_test(fail):
    lines = fail("""sscred_iam.require_active("Anika", "codecommit.amazonaws.com")
    deactivate("Anika", anika.id)
    assert 1 == 2""")
    assert f"also: 0 Active for Anika: {UPDATE} at test_it.py:7" in lines
    assert len(lines) <= 25, "\n".join(lines)


def test_it_is_told_once(fail):
    lines = fail("""sscred_iam.require_active("Anika", "codecommit.amazonaws.com")
    deactivate("Anika", anika.id)""")
    assert lines.count(f"0 Active for Anika: {UPDATE} at test_it.py:7") == 1


@pytest.mark.parametrize("style", ["long", "short"])
def test_the_last_frame_is_the_users_line(fail, style):
    lines = fail("sscred_iam.assert_deactivated(anika)", f"--tb={style}")
    text = "\n".join(lines)
    assert "site-packages" not in text
    assert "fake.py" not in text
    assert "test_it.py:16: " in text


def test_tb_line_names_the_users_line(fail, run_pytest):
    result = run_pytest(
        PRELUDE
        + """
def test_rule(sscred_iam, anika):
    sscred_iam.require_no_changes()
    deactivate("Anika", anika.id)

def test_fault(sscred_iam):
    sscred_iam.add_fault("Throttling", on="ListUsers")

def test_swallowed(sscred_iam):
    try:
        iam.list_organizations_features()
    except Exception:
        pass

@pytest.mark.sscred_sweep("LimitExceeded")
def test_sweep(sscred_iam):
    iam.list_users()

def test_plain(sscred_iam):
    assert 1 == 2
""",
        "--tb=line",
    )
    shown = [each.split(": ")[:3] for each in result.outlines if each.startswith("/")]
    assert [[path.rpartition("/")[2], *rest] for path, *rest in shown] == [
        ["test_it.py:7", "Failed", "a change"],
        ["test_it.py:21", "Failed", "never fired"],
        ["test_it.py:25", "Failed", "called, and not faked"],
        ["test_it.py:29", "Failed", "sscred_sweep"],
        ["test_it.py:34", "assert 1 == 2"],
    ]


def test_what_leaves_an_accounts_block_has_its_section_too(run_pytest):
    result = run_pytest("""
import pytest
from pytest_sscred import FakeIAM

def test_rule():
    with FakeIAM() as iam:
        iam.require_no_changes()
        iam.client().create_user(UserName="Anika")

def test_assert():
    with FakeIAM() as iam:
        iam.add_user("Bela")
        assert iam.users() == []

def test_caught():
    with pytest.raises(AssertionError), FakeIAM() as iam:
        assert not iam
    assert False

def test_closed():
    with FakeIAM() as iam:
        client = iam.client()
    client.list_users()
""")
    result.assert_outcomes(failed=4)
    text = result.stdout.str()
    assert "/pytest_sscred/" not in text
    assert "botocore/" not in text
    result.stdout.fnmatch_lines(
        [
            ">       with FakeIAM() as iam:",
            "E       AssertionError: a change: CreateUser at test_it.py:7",
            "test_it.py:5: AssertionError",
            "*- FakeIAM opened at test_it.py:5 -*",
            "0 credentials; 1 user: Anika",
            "*- FakeIAM opened at test_it.py:10 -*",
            "0 credentials; 1 user: Bela",
            "_* test_caught _*",
            "E       assert False",
            "_* test_closed _*",
            ">       client.list_users()",
            "E       pytest_sscred.AccountClosed: account closed, and not sent: ListUsers",
        ]
    )
    assert text.count("- FakeIAM opened at") == 2


def test_the_last_frame_of_a_pools_job_is_the_users(run_pytest):
    result = run_pytest("""
from concurrent.futures import ThreadPoolExecutor

def test_it(sscred_iam):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: 1 / 0).result()
""")
    result.assert_outcomes(failed=1)
    assert "/pytest_sscred/" not in result.stdout.str()


def test_botocores_frames_are_folded(fail):
    text = "\n".join(fail('deactivate("sofia", anika.id)'))
    assert "botocore/" not in text
    assert "test_it.py:7: NoSuchEntityException" in text
    whole = "\n".join(fail('deactivate("sofia", anika.id)', "--full-trace"))
    assert "botocore/client.py" in whole


def test_botocores_modules_are_left_as_they_were(fail):
    import botocore.client

    fail('deactivate("sofia", anika.id)')
    assert not hasattr(botocore.client, "__tracebackhide__")


# The section


BUSY = """for n in range(6):
        one = sscred_iam.add_credential(f"u{n}", "bedrock.amazonaws.com")
        deactivate(one.user_name, one.id)
    iam.delete_service_specific_credential(UserName="u5", ServiceSpecificCredentialId=one.id)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        deactivate("u5", one.id)
    assert False"""


def section(lines):
    start = next(i for i, line in enumerate(lines) if re.search("-- sscred_iam --", line))
    return re.sub(ID, "ID", "\n".join(lines[start + 1 :])).splitlines()


def test_a_failed_test_carries_the_table_and_the_calls(fail):
    lines = section(fail(BUSY))
    assert lines[:6] == [
        "7 credentials, 4 of them here (-vv shows all); 7 users: Anika, u0, u1, u2, and 3 more",
        "  ID  Anika  codecommit  Active  seeded",  # named above: the fixture's handle
        "  ID  u3  bedrock  Active > Inactive  seeded",
        "  ID  u4  bedrock  Active > Inactive  seeded",
        "  ID  u5  bedrock  Active > Inactive > Deleted  seeded",
        "8 calls",
    ]
    assert lines[11:14] == [
        f"  6. {UPDATE} u5 ID Inactive: ok, test_it.py:7",
        "  7. DeleteServiceSpecificCredential u5 ID: ok, test_it.py:19",
        f"  8. {UPDATE} u5 ID Inactive: NoSuchEntity, test_it.py:7",
    ]


def test_credentials_that_calls_have_changed_have_a_timeline(fail):
    lines = section(fail(BUSY))
    tails = [line.split()[0] for line in lines[15:]]
    assert [re.sub("….{5}", "…", line) for line in lines[14:]] == [
        "after call  12345678  # Active - Inactive ! Expired x deleted",
        "  …    --------",
        "  …    .-------",
        "  …    ..------",
        "  …    ...-----",
        "  …    ....----",
        "  …    .....-xx",
    ]
    assert len(set(tails)) == 6
    assert max(map(len, lines[14:])) <= 80


def test_of_many_calls_the_last_twenty_are_shown_but_all_in_ci(fail, monkeypatch):
    many = """for _ in range(30):
        iam.list_users()
    assert 1 == 2"""
    lines = section(fail(many))
    assert "30 calls, 20 of them here (-vv shows all)" in lines
    assert lines[-1] == "  30. ListUsers: ok, test_it.py:17"
    monkeypatch.setenv("CI", "true")
    assert "30 calls" in section(fail(many))


def test_without_any_call_it_says_what_is_likely(fail):
    hint = "0 calls: is the client mocked (MagicMock, Stubber), or in another process?"
    assert section(fail("assert 1 == 2"))[-1] == hint


def test_who_made_a_credential_is_told_and_that_two_are_of_one_second(fail):
    lines = section(
        fail("""sscred_iam.clock.move_to(sscred_iam.clock.now())
    iam.create_service_specific_credential(
        UserName="Anika", ServiceName="bedrock.amazonaws.com"
    )
    sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    assert 1 == 2""")
    )
    assert lines[1:4] == [
        "  ID  Anika  codecommit  Active  seeded",
        "  ID  Anika  bedrock  Active  made by call 1",
        "  ID  Anika  bedrock  Active  seeded",
    ]


@pytest.mark.parametrize(
    ("seeded", "line"),
    [
        ({"Anika": 1, "sofia": 1}, None),
        ({"Anika": 2, "sofia": 1}, "2 of Anika's were created in one second: neither is older"),
        (
            {"Anika": 2, "sofia": 3},
            "2 of Anika's, 3 of sofia's were created in one second: none is older",
        ),
    ],
    ids=str,
)
def test_nobody_can_tell_which_of_one_second_is_older(seeded, line):
    iam = FakeIAM(quota=3)
    iam.clock.move_to(iam.clock.now())
    for name, number in seeded.items():
        for _ in range(number):
            iam.add_credential(name, BEDROCK)
    lines = iam.report().splitlines()
    assert [each for each in lines if "one second" in each] == ([line] if line else [])


def test_a_rule_that_broke_is_marked_in_the_timeline(fail):
    lines = section(
        fail("""sscred_iam.require_active("Anika", "codecommit.amazonaws.com")
    iam.list_users()
    deactivate("Anika", anika.id)
    iam.list_users()""")
    )
    assert [re.sub("….{5}", "…", line) for line in lines[-3:]] == [
        "after call  123  # Active - Inactive ! Expired x deleted",
        "  …    #--",
        "             ^ a rule broke",
    ]


def test_a_list_that_a_user_did_not_read_on_names_the_user(ask, iam):
    for name in ("Anika", "Bela"):
        iam.add_user(name)
    iam.act_as("Anika")
    ask("ListUsers", MaxItems=1)
    *_, line = iam.report().splitlines()
    assert "never asked for: 1. ListUsers MaxItems=1, by Anika, tests/waist.py:" in line


def test_another_one_of_the_same_user_is_named_before_another_users(iam, ask):
    keys = [iam.add_credential(name, BEDROCK) for name in ("Anika", "Anika", "sofia")]
    for key in keys[1:]:
        ask(
            UPDATE,
            UserName=key.user_name,
            ServiceSpecificCredentialId=key.id,
            Status="Inactive",
        )
    with pytest.raises(AssertionError, match=f"another one was named: {UPDATE} Anika {keys[1].id}"):
        iam.assert_deactivated(keys[0])


def test_time_and_the_test_itself_change_between_two_calls(iam, ask):
    key = iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=1)
    other = iam.add_credential("Anika", "codecommit.amazonaws.com")
    ask("ListUsers")
    for each in (key, other):
        about = {"UserName": "Anika", "ServiceSpecificCredentialId": each.id}
        ask(UPDATE, **about, Status="Inactive")
    iam.clock.shift(timedelta(days=2))
    ask("ListUsers")
    iam.remove_credential(other)
    ask("ListUsers")
    *_, first, second = iam.report().splitlines()
    assert (first.split()[1], second.split()[1]) == ("#--!!", "##--x")


def test_of_a_long_timeline_the_end_is_shown(iam, ask):
    keys = [iam.add_credential("Anika", service) for service in ("logs.amazonaws.com", BEDROCK)]
    for number in range(70):
        about = {"UserName": "Anika", "ServiceSpecificCredentialId": keys[number % 2].id}
        ask(UPDATE, **about, Status=("Inactive", "Active")[number // 2 % 2])
    head, legend, first, second = iam.report().splitlines()[-4:]
    assert head.split()[2].startswith("5678901")
    assert legend.startswith("  # Active")
    assert len(first) == len(second) == len(head) <= 80


def test_a_long_call_is_cut_before_its_answer(iam, ask):
    ask("ListUsers", PathPrefix="/" + "x" * 200)
    assert re.fullmatch(
        r"  1\. ListUsers PathPrefix=/x+…: ok, tests/waist\.py:\d+", iam.report().splitlines()[-1]
    )


def test_all_of_it_is_shown_by_vv(fail):
    lines = section(fail(BUSY, "-vv"))
    assert lines[0].startswith("7 credentials; 7 users: ")
    assert lines[8] == "8 calls"
    assert len(lines) == 1 + 7 + 1 + 8 + 7


def test_a_test_that_fails_twice_carries_one_section(run_pytest):
    result = run_pytest("""
import pytest

@pytest.fixture
def broken(sscred_iam):
    yield
    assert False

def test_it(sscred_iam, broken):
    assert False
""")
    result.assert_outcomes(failed=1, errors=1)
    assert result.stdout.str().count("- sscred_iam -") == 1


def test_a_setup_that_fails_carries_the_section_too(run_pytest):
    result = run_pytest("""
import pytest

@pytest.fixture
def broken(sscred_iam):
    sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    assert False

def test_it(broken):
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*- sscred_iam -*", "1 credential; 1 user: Anika"])


def test_a_test_that_passes_or_is_skipped_carries_none(run_pytest):
    result = run_pytest(
        """
import pytest

def test_it(sscred_iam):
    pass

def test_skipped(sscred_iam):
    pytest.skip("not today")

def test_without(tmp_path):
    assert False
""",
        "-rA",
    )
    result.stdout.no_fnmatch_line("*- sscred_iam -*")


@pytest.mark.parametrize(("colour", "painted"), [("yes", True), ("no", False)])
def test_colour_is_as_pytest_is_told(run_pytest, colour, painted):
    result = run_pytest(PRELUDE + "def test_it(anika):\n    assert False\n", f"--color={colour}")
    row = next(line for line in result.outlines if "codecommit  " in line)
    assert ("\x1b[32mActive\x1b[0m" in row) is painted
    assert ("\x1b" in row) is painted


@pytest.mark.parametrize(
    "args",
    [
        ["-p", "no:terminal"],
        ["--assert=plain"],
        ["-p", "xdist.plugin", "-n1"],
        ["--junitxml=junit.xml"],
        ["--tb=no"],
        ["--tb=native"],
    ],
    ids=" ".join,
)
def test_it_fails_alike_however_pytest_runs(run_pytest, args):
    body = PRELUDE + "def test_it(sscred_iam, anika):\n    sscred_iam.assert_deleted(anika)\n"
    result = run_pytest(body, *args)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    if "no:terminal" not in args:
        result.assert_outcomes(failed=1)
    if "xdist.plugin" in args:
        assert section(result.outlines)[0] == "1 credential; 1 user: Anika"


def test_the_message_is_whole_without_rewritten_asserts(fail):
    lines = fail("sscred_iam.assert_deactivated(anika)", "--assert=plain")
    assert messages(lines) == MISTAKES["never deactivated"][1]


def test_no_secret_is_printed(fail):
    body = """key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    iam.reset_service_specific_credential(UserName="Anika", ServiceSpecificCredentialId=key.id)
    user = sscred_iam.user("Anika")
    calls = sscred_iam.calls
    assert [key, user, calls, sscred_iam] == []"""
    for args in (["-vv", "-l"], ["--full-trace"]):
        text = "\n".join(fail(body, *args))
        assert "FakePytestSscred" not in text
        assert "ABSK" not in text


# Each raises where a variable of ours or of botocore's holds a secret.
SECRET_VARIABLES = {
    "found in a log": "sscred_iam.assert_secret_not_logged(key, 'log: ' + key.secret)",
    "found in bytes": "sscred_iam.assert_secret_not_logged(key, [key.secret.encode() * 2])",
    "nothing to look in": "sscred_iam.assert_secret_not_logged(key, {key.secret: 1})",
    "no argument of the service": """sscred_iam.authenticate(
        "codecommit.amazonaws.com", secret=key.secret)""",
    "no text": 'sscred_iam.authenticate("bedrock.amazonaws.com", secret=key.secret.encode())',
    "a secret that another has": """sscred_iam.add_credential(
        "Bela", "bedrock.amazonaws.com", secret=key.secret)""",
    "an id that is none": """sscred_iam.add_credential(
        "Bela", "bedrock.amazonaws.com", secret=key.secret + "x", id="?")""",
    "a password that is refused": """sscred_iam.user("Anika").add_login_profile(
        password=key.secret * 5)""",
    "a call that is refused": 'iam.create_login_profile(UserName="Bela", Password=key.secret)',
    "a call that is malformed": "iam.create_login_profile(UserName=1, Password=key.secret)",
    "a call that nobody answers": """boto3.client("secretsmanager").put_secret_value(
        SecretId="x", SecretString=key.secret)""",
    "an object that is none": "sscred_iam.assert_deleted({'a': key.secret})",
}


@pytest.mark.parametrize("body", SECRET_VARIABLES.values(), ids=SECRET_VARIABLES)
@pytest.mark.parametrize("args", [["--full-trace", "-l"], ["--full-trace", "-l", "-vv"]], ids=str)
def test_no_variable_of_ours_prints_a_secret(fail, body, args):
    seeded = 'key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")\n    '
    text = "\n".join(fail(f"{seeded}{body}", *args))
    assert "sscred_iam = <FakeIAM 123456789012" in text, "the user's own are shown"
    assert "ABSK" not in text
    assert "FAKEUUU" not in text


def test_nor_does_that_of_an_account_without_the_fixture(run_pytest):
    result = run_pytest(
        """
from pytest_sscred import FakeIAM

def test_it():
    with FakeIAM() as iam:
        key = iam.add_credential("Anika", "bedrock.amazonaws.com")
        iam.assert_secret_not_logged(key, key.secret)
""",
        "--full-trace",
        "-l",
    )
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*ABSK*")


def test_a_finished_account_can_still_be_asked():
    with FakeIAM() as iam:
        iam.add_credential("Anika", "bedrock.amazonaws.com")
    assert iam.report().startswith("1 credential; 1 user: Anika\n  ACCA")


def test_the_line_is_whole_however_deep_the_file_is(pytester, run_pytest):
    """Its folder is left out of the first line, and stands below."""
    folder = pytester.mkdir("src")
    (folder / "a_package_of_some_length").mkdir()
    (folder / "a_package_of_some_length" / "rotation.py").write_text("""
def remove(iam, key):
    iam.delete_service_specific_credential(
        UserName=key.user_name, ServiceSpecificCredentialId=key.id
    )
""")
    pytester.syspathinsert(folder / "a_package_of_some_length")
    result = run_pytest("""
import rotation

def test_it(sscred_iam):
    key = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    sscred_iam.require_deactivated_before_deleted()
    rotation.remove(sscred_iam.client(), key)
""")
    result.stdout.fnmatch_lines(
        [
            "deleted while Active: DeleteServiceSpecificCredential at rotation.py:3",
            "- called at src/a_package_of_some_length/rotation.py:3",
        ]
    )


@pytest.mark.parametrize(
    "body",
    [
        'sscred_iam.add_credential("Anika", "bedrock")',
        'deactivate("Anika", "short")',
        """sscred_iam.require_at_most(1)
    sscred_iam.add_user("Bela")
    sscred_iam.add_credential("Bela", "codecommit.amazonaws.com")""",
        """sscred_iam.remove_credential(anika)
    sscred_iam.assert_active(anika)""",
    ],
    ids=["misuse", "refused by botocore", "by the test itself", "removed by the test"],
)
def test_what_no_client_explains_is_not_asked_about_its_client(fail, body):
    assert section(fail(body))[-1] == "0 calls"


@pytest.mark.parametrize(
    "body",
    [
        "sscred_iam.assert_deactivated(anika)",
        'sscred_iam.assert_called("ListUsers")',
        'sscred_iam.add_fault("Throttling", on="ListUsers")',
        'assert anika.status == "Inactive"',
    ],
)
def test_what_a_mocked_client_may_explain_is(fail, body):
    assert section(fail(body))[-1].startswith("0 calls: is the client mocked")


def test_what_reset_tells_is_shown_as_it_was(fail):
    lines = fail("""deactivate("Anika", anika.id)
    sscred_iam.add_fault("Throttling", on="ListUsers")
    sscred_iam.reset()""")
    assert section(lines)[0] == "1 credential; 1 user: Anika"
    assert section(lines)[2] == "1 call"


def test_a_long_rule_of_ones_own_is_cut_before_its_line(iam, ask):
    rule = iam.require(lambda iam: not iam.users(), "no users, " * 12)
    ask("CreateUser", UserName="Anika")
    first = rule.broken.splitlines()[0]
    assert first.startswith("broken, no users, no users")
    assert re.search(r"… at (tests/)?waist\.py:\d+$", first)
    assert len(first) <= 72


MISUSES = [
    'iam.require_active("Anika", "codecommit.amazonaws.com", at_least=0)',
    'iam.require_active("Anika", "codecommit")',
    'iam.require(lambda iam: False, "never")',
    'iam.add_credential("Anika", "codecommit.amazonaws.com").secret',
    'iam.authenticate("codecommit.amazonaws.com", secret="")',
    'iam.clock.move_to("today")',
    'iam.user("Ghost")',
    'iam.credential("ACCAGHOST")',
    'iam.load({"ServiceSpecificCredentials": 3})',
    'iam.add_fault("NoSuchEntity", on="DeletUser")',
    "iam.set_propagation(calls=0)",
    "iam.before('GetUser', 3)",
    "iam.serve(port='x')",
    "with iam.open_services() as services: services.accept('bedrock')",
    "FakeIAM(account_id='12')",
    "iam.client().list_users() and iam.calls[0].params.update(a=1)",
]


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_shown_in_the_users_own_frames(run_pytest, misuse):
    result = run_pytest(f"""
from pytest_sscred import FakeIAM

def test_it():
    with FakeIAM() as iam:
        {misuse}
""")
    result.assert_outcomes(failed=1)
    shown = result.stdout.str()
    assert "test_it.py:5: " in shown
    assert "/pytest_sscred/" not in shown, shown
