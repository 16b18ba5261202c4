"""What pytest's users see: fixture, marker, options, verdicts."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest

PRELUDE = """
import boto3
import pytest

def deactivate(user_name, credential_id):
    boto3.client("iam").update_service_specific_credential(
        UserName=user_name, ServiceSpecificCredentialId=credential_id, Status="Inactive"
    )
"""


@pytest.fixture
def run(run_pytest):
    """Write a test module and run it in this process."""

    def run(tests, *args):
        return run_pytest(PRELUDE + tests, *args)

    return run


def test_the_fixture_answers_the_tests_calls(run):
    run("""
def test_it(sscred_iam):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    deactivate("Anika", credential.id)
    sscred_iam.assert_deactivated(credential)
""").assert_outcomes(passed=1)


def test_each_test_has_an_account_of_its_own(run):
    run("""
@pytest.mark.parametrize("n", [1, 2])
def test_it(sscred_iam, n):
    assert sscred_iam.users() == []
    sscred_iam.add_user("Anika")
""").assert_outcomes(passed=2)


def test_ids_are_the_same_in_any_order_and_on_any_worker(run, pytester):
    tests = """
@pytest.mark.parametrize("n", [1, 2, 3])
def test_it(sscred_iam, n):
    credential = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    with open(f"ids-{n}", "a") as ids:
        print(credential.id, credential.secret, sscred_iam.user("Anika").id, file=ids)
"""
    run(tests)
    run(tests, "test_it.py::test_it[2]")
    run(tests, "-n2", "-p", "xdist.plugin")
    found = [(pytester.path / f"ids-{n}").read_text().splitlines() for n in (1, 2, 3)]
    assert [len(lines) for lines in found] == [2, 3, 2]
    assert [len(set(lines)) for lines in found] == [1, 1, 1]
    assert len({lines[0] for lines in found}) == 3


def test_every_door_is_a_tests_own_on_every_worker(run):
    tests = """
import requests

FORM = {"Action": "ListUsers", "Version": "2010-05-08"}

@pytest.mark.parametrize("n", range(6))
def test_it(sscred_iam, sscred_endpoint, sscred_services, n):
    for url in (sscred_endpoint.url, "https://iam.amazonaws.com/"):
        assert "<Users/>" in requests.post(url, data=FORM).text
    sscred_iam.add_user(f"Anika{n}")
    for url in (sscred_endpoint.url, "https://iam.amazonaws.com/"):
        found = requests.post(url, data=FORM).text
        assert (found.count("<UserName>"), f"Anika{n}<" in found) == (1, True)
"""
    run(tests).assert_outcomes(passed=6)
    run(tests, "-n2", "-p", "xdist.plugin").assert_outcomes(passed=6)


# The marker and the ini options


def test_the_closest_marker_wins(run):
    run("""
pytestmark = pytest.mark.sscred_iam(account_id="111111111111", quota=7)

@pytest.mark.sscred_iam(account_id="222222222222", page_size=1)
class TestIt:
    @pytest.mark.sscred_iam(account_id="333333333333")
    def test_it(self, sscred_iam):
        assert sscred_iam.account_id == "333333333333"
        for _ in range(7):
            sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
        listed = boto3.client("iam").list_service_specific_credentials(AllUsers=True)
        assert len(listed["ServiceSpecificCredentials"]) == 1
        assert listed["IsTruncated"]
""").assert_outcomes(passed=1)


def test_ini_options_hold_for_the_project_and_a_marker_overrides_them(run, pytester):
    pytester.makeini("""
[pytest]
sscred_account_id = 111111111111
sscred_quota = 3
sscred_page_size = 1
sscred_unused_faults = allow
sscred_unsupported = allow
""")
    run("""
def test_ini(sscred_iam):
    assert sscred_iam.account_id == "111111111111"
    for _ in range(3):
        sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    iam = boto3.client("iam")
    assert iam.list_service_specific_credentials(AllUsers=True)["IsTruncated"]
    sscred_iam.add_fault("Throttling", on="ListUsers")
    with pytest.raises(NotImplementedError):
        iam.list_organizations_features()

@pytest.mark.sscred_iam(account_id="222222222222", unused_faults="fail")
def test_marker(sscred_iam):
    assert sscred_iam.account_id == "222222222222"
    sscred_iam.add_fault("Throttling", on="ListUsers")
""").assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("quote=3", "sscred_iam: the marker has no option 'quote': did you mean 'quota'?"),
        ("'123'", "sscred_iam: the marker takes keywords only, not '123'"),
        ("quota=0", "sscred_iam: quota takes a whole number from 1, not 0"),
    ],
)
def test_a_marker_that_makes_no_sense_is_refused_by_name(run, marker, message):
    result = run(f"""
@pytest.mark.sscred_iam({marker})
def test_it(sscred_iam):
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_an_ini_option_that_makes_no_sense_is_refused_by_name(run, pytester):
    pytester.makeini("[pytest]\nsscred_quota = many\n")
    result = run("def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: sscred_iam: sscred_quota takes a whole number: *'many'*"])
    pytester.makeini("[pytest]\nsscred_waits = never\n")
    result = run("def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: sscred_iam: waits takes 'skip' or 'sleep', not 'never'"])


def test_fixtures_and_markers_read_well(run):
    result = run("", "--fixtures")
    result.stdout.fnmatch_lines(
        [
            "sscred_iam -- *plugin.py:*",
            "    An AWS account in memory that answers the test's IAM calls: a *FakeIAM.",
        ]
    )
    result = run("", "--markers")
    result.stdout.fnmatch_lines(
        [
            "@pytest.mark.sscred_iam(account_id=..., quota=..., page_size=..., "
            "unused_faults=..., unsupported=..., network=..., waits=...): set up the account of "
            "sscred_iam. account_id: number of the account, 12 digits; *"
        ]
    )
    result = run("", "--help")
    result.stdout.fnmatch_lines(["  sscred_quota (*):*"])


# Verdicts, in the call phase


UNUSED = """
def test_it(sscred_iam):
    sscred_iam.add_fault("NoSuchEntity", on="UpdateServiceSpecificCredential")
"""
SWALLOWED = """
def test_it(sscred_iam):
    try:
        boto3.client("iam").list_organizations_features()
    except Exception:
        pass
"""


@pytest.mark.parametrize("tests", [UNUSED, SWALLOWED], ids=["unused fault", "not faked"])
def test_what_went_unnoticed_fails_the_test_once_in_its_call_phase(run, tests):
    result = run(tests, "-rA")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAILED *::test_it*"])


@pytest.mark.parametrize(
    ("tests", "option"),
    [(UNUSED, "unused_faults"), (SWALLOWED, "unsupported")],
    ids=["unused fault", "not faked"],
)
def test_what_is_allowed_on_purpose_passes(run, tests, option):
    run(f'pytestmark = pytest.mark.sscred_iam({option}="allow")\n' + tests).assert_outcomes(
        passed=1
    )


def test_a_test_that_failed_by_itself_is_not_told_of_the_rest(run):
    result = run(UNUSED + "    assert 1 == 2\n")
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*never fired*")


def test_a_test_that_was_skipped_or_expected_to_fail_stays_so(run):
    run(
        UNUSED
        + """    pytest.skip("not today")

@pytest.mark.xfail(strict=True)
def test_expected(sscred_iam):
    sscred_iam.add_fault("Throttling", on="ListUsers")
"""
    ).assert_outcomes(skipped=1, xfailed=1)


def test_unittests_are_judged_too(run):
    result = run("""
import unittest

@pytest.mark.usefixtures("sscred_iam")
class TestIt(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def account(self, sscred_iam):
        self.iam = sscred_iam

    def test_it(self):
        self.iam.add_fault("Throttling", on="ListUsers")
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["never fired: Throttling*"])


def test_a_tests_own_monkeypatch_undo_does_not_take_the_fake_away(run):
    run("""
def test_it(sscred_iam, monkeypatch):
    monkeypatch.setenv("X", "1")
    monkeypatch.undo()
    boto3.client("iam").create_user(UserName="Anika")
    assert sscred_iam.user("Anika")
""").assert_outcomes(passed=1)


def test_the_account_is_closed_when_the_test_is_over(run):
    run("""
import os
from botocore.endpoint import Endpoint
before = Endpoint.make_request

def test_one(sscred_iam):
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAIOSFODNN7EXAMPLE"
    assert Endpoint.make_request is not before

def test_two():
    assert os.environ.get("AWS_ACCESS_KEY_ID") != "AKIAIOSFODNN7EXAMPLE"
    assert Endpoint.make_request is before
""").assert_outcomes(passed=2)


@pytest.mark.parametrize("change", ['setenv("{}", "mine")', 'delenv("{}", raising=False)'])
@pytest.mark.parametrize("order", ["monkeypatch, sscred_iam", "sscred_iam, monkeypatch"])
def test_what_monkeypatch_kept_of_ours_does_not_outlive_the_test(run, change, order):
    """It puts back, after us where it was there before us, what it found: fake keys, a region."""
    names = ["AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION"]
    changes = "\n    ".join(f"monkeypatch.{change.format(name)}" for name in names)
    run(f"""
import os
BEFORE = dict(os.environ, AWS_PROFILE="theirs")
os.environ["AWS_PROFILE"] = "theirs"

def test_one({order}):
    {changes}

def test_two():
    mine = {{name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}}
    assert mine == {{each: BEFORE[each] for each in BEFORE if each != "PYTEST_CURRENT_TEST"}}
    del os.environ["AWS_PROFILE"]
""").assert_outcomes(passed=2)


def test_what_a_fixture_had_set_before_us_goes_with_it(run):
    run("""
import os

@pytest.fixture
def credentials(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.setenv(name, "testing")

@pytest.mark.parametrize("n", range(2))
def test_one(credentials, sscred_iam, n):
    pass

def test_two():
    assert "testing" not in os.environ.values()
""").assert_outcomes(passed=3)


def test_the_environment_stays_while_an_account_of_the_module_is_open(run):
    run("""
import os
from pytest_sscred import FakeIAM

@pytest.fixture(scope="module")
def theirs():
    with FakeIAM() as iam:
        yield iam

def test_one(theirs, sscred_iam):
    pass

def test_two(theirs):
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAIOSFODNN7EXAMPLE"
    boto3.client("iam").create_user(UserName="Anika")
    assert theirs.user("Anika")
""").assert_outcomes(passed=2)


def test_a_module_that_a_test_wants_to_be_missing(run):
    result = run("""
import sys

def test_it(monkeypatch, sscred_iam):
    monkeypatch.setitem(sys.modules, "aioboto3", None)
    assert 0
""")
    result.assert_outcomes(failed=1)


# Missing users


def test_three_ways_of_a_missing_user(run):
    run("""
from botocore.exceptions import ClientError

def refused(user_name, credential_id):
    with pytest.raises(ClientError) as caught:
        deactivate(user_name, credential_id)
    return caught.value.response["Error"]

def test_never_added(sscred_iam):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    assert refused("sofia", credential.id) == {
        "Type": "Sender",
        "Code": "NoSuchEntity",
        "Message": "The user with name sofia cannot be found.",
    }

def test_removed_between_two_calls(sscred_iam):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    iam = boto3.client("iam")
    found = iam.list_service_specific_credentials(UserName="Anika")
    sscred_iam.remove_user("Anika")
    (one,) = found["ServiceSpecificCredentials"]
    assert refused("Anika", one["ServiceSpecificCredentialId"])["Code"] == "NoSuchEntity"
    sscred_iam.assert_deleted(credential)

def test_refused_by_a_fault(sscred_iam):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    sscred_iam.add_fault("NoSuchEntity", on="UpdateServiceSpecificCredential", user_name="Anika")
    assert refused("Anika", credential.id)["Code"] == "NoSuchEntity"
    sscred_iam.assert_active(credential)
""").assert_outcomes(passed=3)


def test_a_unittest_that_fails_has_its_section_and_no_frames_of_botocore(run):
    result = run("""
import unittest

@pytest.mark.usefixtures("sscred_iam")
class TestIt(unittest.TestCase):
    def test_it(self):
        deactivate("Ghost", "A" * 20)
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- sscred_iam -*", "1 call"])
    result.stdout.no_fnmatch_line("*botocore/client.py*")


def test_what_is_swallowed_in_teardown_fails_there(run):
    result = run("""
@pytest.fixture
def cleaned(sscred_iam):
    yield
    try:
        boto3.client("iam").list_organizations_features()
    except Exception:
        pass

def test_it(cleaned):
    pass
""")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["called, and not faked: ListOrganizationsFeatures"])


def test_what_was_refused_is_in_the_section_of_a_test_that_failed_otherwise(run):
    result = run(SWALLOWED + "    assert False\n")
    result.stdout.fnmatch_lines(["0 calls", "not faked, and refused: ListOrganizationsFeatures"])


def test_the_section_shows_what_the_failure_is_about(run):
    result = run("""
def test_it(sscred_iam):
    first, *others = [
        sscred_iam.add_credential(f"u{n}", "codecommit.amazonaws.com") for n in range(9)
    ]
    for each in [first, *others]:
        boto3.client("iam").list_service_specific_credentials(UserName=each.user_name)
    print("it is", first.id)
    sscred_iam.assert_deleted(first)
""")
    result.stdout.fnmatch_lines(
        ["9 credentials, 4 of them here (-vv shows all)*", "  ACCA*  u0  *", "  ACCA*  u6  *"]
    )


@pytest.mark.parametrize(("reads_on", "told"), [(False, True), (True, False)])
def test_who_ignores_that_a_list_is_truncated_is_told(run, reads_on, told):
    result = run(f"""
@pytest.mark.sscred_iam(page_size=1)
def test_it(sscred_iam):
    sscred_iam.add_many(2)
    iam = boto3.client("iam")
    page = iam.list_service_specific_credentials(AllUsers=True)
    if {reads_on}:
        iam.list_service_specific_credentials(AllUsers=True, Marker=page["Marker"])
    assert False
""")
    line = (
        "truncated, and the rest never asked for: 1. ListServiceSpecificCredentials AllUsers=True, "
        "test_it.py:13"
    )
    assert (line in result.outlines) is told


def test_an_account_is_let_go_when_its_test_is_over(run):
    run("""
import gc
import weakref

accounts = []

def test_one(sscred_iam):
    accounts.append(weakref.ref(sscred_iam))

def test_two():
    gc.collect()
    assert accounts[0]() is None
""").assert_outcomes(passed=2)


def test_a_misspelt_marker_is_refused_where_no_account_is_asked_for(run):
    result = run("""
@pytest.mark.sscred_iam(quote=3)
def test_it():
    pass
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["sscred_iam: the marker has no option 'quote': *"])


@pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="pytest reads no native TOML before 9.0")
def test_native_toml_takes_numbers_and_refuses_what_is_none(run, pytester):
    pytester.makefile(".toml", pytest="[pytest]\nsscred_quota = 3\n")
    run("""
def test_it(sscred_iam):
    for _ in range(3):
        sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
""").assert_outcomes(passed=1)
    pytester.makefile(".toml", pytest="[pytest]\nsscred_account_id = 3\n")
    result = run("def test_it(sscred_iam): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*sscred_iam: sscred_account_id takes text: put it in quotes: *"])


def test_many_unused_faults_are_one_message(run):
    result = run("""
def test_it(sscred_iam):
    for number in range(10):
        sscred_iam.add_fault("Throttling", on="GetUser", user_name=f"u{number}")
""")
    result.stdout.fnmatch_lines(
        [
            "10 faults never fired",
            "- GetUser: Throttling with UserName=u0, added at *test_it.py:*",
            "- and 2 more",
            "To allow it: *",
        ]
    )


def test_two_unused_faults_are_one_message_too(run):
    result = run("""
def test_it(sscred_iam):
    for operation in ("GetUser", "ListUsers"):
        sscred_iam.add_fault("Throttling", on=operation)
""")
    result.stdout.fnmatch_lines(["2 faults never fired", "- GetUser: *", "- ListUsers: *"])


def test_an_account_that_is_got_inside_the_test_gives_its_verdict(run):
    result = run(
        """
def test_it(request):
    iam = request.getfixturevalue("sscred_iam")
    iam.require_no_changes()
    iam.client().create_user(UserName="Anika")

def test_again(request):
    iam = request.getfixturevalue("sscred_iam")
    iam.add_fault("Throttling", on="DeleteUser")
"""
    )
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["a change: CreateUser at test_it.py:*", "never fired: Throttling on DeleteUser"]
    )


@pytest.mark.parametrize("autoload", ["", "1"])
def test_by_the_packages_name_too(pytester, monkeypatch, autoload):
    if autoload:
        monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    else:
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("def test_it(sscred_iam): sscred_iam.add_user('Anika')")
    result = pytester.runpytest_subprocess("-p", "pytest_sscred")
    result.assert_outcomes(passed=1)


def test_by_a_conftest_beside_the_entry_point_too(pytester):
    pytester.makeconftest('pytest_plugins = ["pytest_sscred"]')
    pytester.makepyfile("def test_it(sscred_iam): sscred_iam.add_user('Anika')")
    pytester.runpytest_subprocess("-p", "no:xdist").assert_outcomes(passed=1)


def test_advice_is_what_the_test_can_write(run):
    result = run("""
from pytest_sscred import FakeIAM

def test_by_the_fixture(sscred_iam):
    sscred_iam.add_fault("Throttling", on="GetUser")

def test_by_itself():
    with FakeIAM() as iam:
        iam.add_fault("Throttling", on="GetUser")
""")
    result.stdout.fnmatch_lines(
        [
            'To allow it: @pytest.mark.sscred_iam(unused_faults="allow")',
            'E*To allow it: FakeIAM(unused_faults="allow")',
        ]
    )


def test_junit_xml_carries_the_section(run, pytester):
    path = pytester.path / "junit.xml"
    run(
        """
def test_it(sscred_iam):
    sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    assert False
""",
        f"--junitxml={path}",
    )
    (found,) = ElementTree.parse(path).iter("property")
    assert found.get("name") == "sscred_iam"
    assert found.get("value").startswith("1 credential; 1 user: Anika")


@pytest.mark.parametrize(
    ("body", "frame"),
    [
        ("boto3.client('iam').get_user(UserName='Ghost')", "code"),
        ("1 / 0", "code"),
        ("pass", "test_it"),
    ],
)
def test_the_debugger_stops_in_the_users_frame(pytester, body, frame):
    pytester.makepyfile(f"""
import boto3

def code():
    {body}

def test_it(sscred_iam):
    code()
    sscred_iam.assert_called("ListUsers")
""")
    script = (
        "import pytest, sys, pdb;"
        "pdb.Pdb.interaction = lambda self, frame, tb:"
        " print('stops in', self.get_stack(frame, getattr(tb, '__traceback__', tb))[0][-1][0]"
        ".f_code.co_name);"
        "sys.exit(pytest.main(['--pdb', '-q', '-p', 'no:cacheprovider', '-p', 'no:xdist']))"
    )
    result = pytester.run(sys.executable, "-c", script)
    result.stdout.fnmatch_lines([f"stops in {frame}"])


OF_THE_MODULE = """
import boto3
import pytest
from pytest_sscred import FakeIAM

@pytest.fixture(scope="module")
def account():
    with FakeIAM(account_id="210987654321") as iam:
        iam.add_user("Anika")
        yield iam

"""


def test_an_account_of_a_wider_scope_gives_its_section(run_pytest):
    result = run_pytest(
        OF_THE_MODULE
        + """
def test_one(account):
    boto3.client("iam").get_user(UserName="Anika")

def test_two(account, sscred_iam):
    assert False
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- sscred_iam -*",
            "0 credentials",
            "*- FakeIAM opened at test_it.py:7 -*",
            "0 credentials; 1 user*",
        ]
    )


def test_an_account_of_a_wider_scope_gives_its_verdict_to_the_test_that_goes_wrong(run_pytest):
    result = run_pytest(
        OF_THE_MODULE
        + """
def test_one(account):
    account.require(lambda iam: len(iam.users()) < 3, "few users")
    account.add_fault("Throttling", on="GetUser")

def test_two(account):
    account.add_user("Bela")
    account.add_user("Cleo")

def test_three(account):
    try:
        boto3.client("iam").list_organizations_features()
    except NotImplementedError:
        pass

def test_four(account):
    boto3.client("iam").get_user(UserName="Anika")
"""
    )
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "_* test_two _*",
            "broken, few users: a change by the test or by time",
            "*- FakeIAM opened at test_it.py:7 -*",
            "_* test_three _*",
            "called, and not faked: ListOrganizationsFeatures",
        ]
    )


def test_an_account_of_a_wider_scope_is_shown_to_the_tests_that_use_it(run_pytest):
    result = run_pytest(
        OF_THE_MODULE
        + """
def test_one(account):
    account.require_no_changes()
    boto3.client("iam").create_user(UserName="Bela")

def test_two(account):
    assert 1 == 2

def test_three():
    boto3.client("iam").list_users()
    assert 1 == 2

def test_four():
    assert 1 == 2

def test_five(sscred_iam):
    assert 1 == 2
"""
    )
    result.assert_outcomes(failed=5)
    _, *shown = re.split("_{5,} test_[a-z]+ _{5,}", result.stdout.str())
    titles = ["FakeIAM opened at" in each for each in shown]
    assert titles == [True, True, True, False, False]
    broken = ["a rule broke" in each or "also: " in each for each in shown]
    assert broken == [False, False, False, False, False]


def test_a_rule_that_broke_in_an_earlier_test_is_not_told_again(run_pytest):
    result = run_pytest(
        OF_THE_MODULE
        + """
SERVICE = "codecommit.amazonaws.com"

def deactivate(account):
    (credential,) = account.credentials("Anika", SERVICE, "Active")
    boto3.client("iam").update_service_specific_credential(
        UserName="Anika", ServiceSpecificCredentialId=credential.id, Status="Inactive"
    )

def test_one(account):
    account.add_credential("Anika", SERVICE)
    account.require_active("Anika", SERVICE)
    deactivate(account)
    assert 1 == 2

def test_two(account):
    account.add_credential("Anika", SERVICE)
    deactivate(account)
    assert 1 == 2
"""
    )
    result.assert_outcomes(failed=2)
    _, one, two = re.split("_{5,} test_[a-z]+ _{5,}", result.stdout.str())
    assert "also: 0 Active for Anika" in one
    assert "^ a rule broke" in one
    assert "FakeIAM opened at" in two
    assert "0 Active" not in two.partition("short test summary")[0]
    assert "a rule broke" not in two


def test_of_a_fixture_of_the_tests_own_nothing_is_told_twice(run_pytest):
    result = run_pytest(
        OF_THE_MODULE.replace('(scope="module")', "")
        + """
def test_it(account):
    try:
        boto3.client("iam").list_organizations_features()
    except NotImplementedError:
        pass

def test_unused(account):
    account.add_fault("Throttling", on="GetUser")
"""
    )
    result.assert_outcomes(failed=1, passed=1, errors=1)
    result.stdout.fnmatch_lines(["*never fired: Throttling on GetUser"])


def test_one_that_is_opened_without_a_block_is_not_judged(run_pytest):
    result = run_pytest("""
import boto3
import pytest
from pytest_sscred import FakeIAM

@pytest.fixture
def account():
    iam = FakeIAM()
    iam.open()
    yield iam
    iam.close()

def test_it(account):
    try:
        boto3.client("iam").list_organizations_features()
    except NotImplementedError:
        pass
    assert account.problems()
""")
    result.assert_outcomes(passed=1)
