"""What a failed test prints: pinned, 25 lines at most for one mistake, no secret in it."""

from __future__ import annotations

import re

import pytest
from names import UPDATE

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
- for another one: {UPDATE} Anika ID Inactive: ok, test_it.py:7""",
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
Deleted: ID of Anika (codecommit)
- seen: Active > Deleted
- expected: Inactive, and Active before
- no call named this credential""",
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
Inactive as no. 2: ID of Anika (codecommit)
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
Deleted as no. 2: ID of Anika (codecommit)
- seen: Active > Deleted
- expected: Active > Inactive
- DeleteServiceSpecificCredential Anika ID: ok, test_it.py:16""",
    ),
    "never called": (
        f'sscred_iam.assert_called("{UPDATE}")',
        f"""\
called 0 times, not at least once: {UPDATE}
- seen: 0 calls of it, 0 with these parameters
- expected: at least once""",
    ),
    "called otherwise": (
        f"""deactivate("Anika", anika.id)
    sscred_iam.assert_called("{UPDATE}", times=2, UserName="sofia", Status="Inactive")""",
        f"""\
called 0 times, not 2 times: {UPDATE}
- seen: 1 call of it, 0 with these parameters
- expected: 2 times with UserName=sofia Status=Inactive
- call 1: its UserName is 'Anika'""",
    ),
    "called without": (
        """iam.list_service_specific_credentials(AllUsers=True)
    sscred_iam.assert_called("ListServiceSpecificCredentials", times=1, UserName="sofia")""",
        """\
called 0 times, not 1 time: ListServiceSpecificCredentials
- seen: 1 call of it, 0 with these parameters
- expected: 1 time with UserName=sofia
- call 1: it has no UserName""",
    ),
    "called though": (
        f"""deactivate("Anika", anika.id)
    sscred_iam.assert_not_called("{UPDATE}")""",
        f"""\
called 1 time, not never: {UPDATE}
- seen: 1 call
- expected: none
- {UPDATE} Anika ID Inactive: ok, test_it.py:7""",
    ),
    "not faked": (
        'iam.list_mfa_devices(UserName="Anika")',
        """\
not faked, and not sent: ListMFADevices
- expected: one of the 14 operations that pytest-sscred fakes
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
- expected: a call to answer with NoSuchEntity
- the fault was added at test_it.py:16
To allow it: @pytest.mark.sscred_iam(unused_faults="allow")""",
    ),
    "a fault for somebody else": (
        f"""sscred_iam.add_fault("Throttling", on="{UPDATE}", user_name="sofia")
    deactivate("Anika", anika.id)""",
        f"""\
never fired: Throttling on {UPDATE}
- seen: 1 call of {UPDATE}, about others
- expected: a call with UserName=sofia to answer with Throttling
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
- seen: 1 call meant, answered with ValidationError before it
- expected: a call with UserName=Anika to answer with Throttling
- the fault was added at test_it.py:16
- {UPDATE} Anika ID Off: ValidationError, test_it.py:18
To allow it: @pytest.mark.sscred_iam(unused_faults="allow")""",
    ),
    "a fault that comes too late": (
        f"""sscred_iam.add_fault("Throttling", on="{UPDATE}", after=3, credential_id=anika)
    deactivate("Anika", anika.id)""",
        f"""\
never fired: Throttling on {UPDATE}
- seen: 1 call meant, and let through
- expected: a call with ServiceSpecificCredentialId=ID to answer with Throttling
- the fault was added at test_it.py:16
- {UPDATE} Anika ID Inactive: ok, test_it.py:7
To allow it: @pytest.mark.sscred_iam(unused_faults="allow")""",
    ),
    "swallowed": (
        """try:
        iam.list_mfa_devices(UserName="Anika")
    except Exception:
        pass""",
        """\
called, and not faked: ListMFADevices
- seen: a call of ListMFADevices that was refused; nothing was sent
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
    assert re.sub(ID, "ID", "\n".join(lines[1 : 1 + length])) == message
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
    for operation in load_model().operation_names:
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
        "", "list_roles", "list_groups", "list_policies", "list_mfa_devices",
        "list_virtual_mfa_devices", "list_instance_profiles", "list_server_certificates",
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
    assert f"0 Active for Anika: {UPDATE} at test_it.py:7" in lines
    assert "- expected: Anika has at least 1 Active for codecommit.amazonaws.com" in lines
    assert len(lines) <= 27, "\n".join(lines)


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
    assert section(fail(BUSY)) == [
        "7 credentials, 4 of them here (-vv shows all)",
        "  ID  Anika  codecommit  Active",  # named above: the fixture's handle
        "  ID  u3  bedrock  Active > Inactive",
        "  ID  u4  bedrock  Active > Inactive",
        "  ID  u5  bedrock  Active > Inactive > Deleted",
        "8 calls, 4 of them here (-vv shows all)",
        f"  5. {UPDATE} u4 ID Inactive: ok, test_it.py:7",
        f"  6. {UPDATE} u5 ID Inactive: ok, test_it.py:7",
        "  7. DeleteServiceSpecificCredential u5 ID: ok, test_it.py:19",
        f"  8. {UPDATE} u5 ID Inactive: NoSuchEntity, test_it.py:7",
    ]


def test_a_long_call_is_cut_before_its_answer(iam, ask):
    ask("ListUsers", PathPrefix="/" + "x" * 200)
    assert re.fullmatch(
        r"  1\. ListUsers PathPrefix=/x+…: ok, tests/waist\.py:\d+", iam.report().splitlines()[-1]
    )


def test_all_of_it_is_shown_by_vv(fail):
    lines = section(fail(BUSY, "-vv"))
    assert lines[0] == "7 credentials"
    assert lines[8] == "8 calls"
    assert len(lines) == 1 + 7 + 1 + 8


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
    result.stdout.fnmatch_lines(["*- sscred_iam -*", "1 credential"])


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
        assert section(result.outlines)[0] == "1 credential"


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


def test_a_finished_account_can_still_be_asked():
    with FakeIAM() as iam:
        iam.add_credential("Anika", "bedrock.amazonaws.com")
    assert iam.report().startswith("1 credential\n  ACCA")
