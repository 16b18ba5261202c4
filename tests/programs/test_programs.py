"""Real programs from PyPI, unmodified, each in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.program

CLIENTS = Path(__file__).parents[2] / ".clients"
ALL = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
)
POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"


@pytest.fixture
def run(sscred_endpoint, tmp_path):
    """Run a program against the account; its exit code, what it printed, and its folder."""

    def run_(environment, program, *args, **more):
        path = CLIENTS / environment / "bin" / program
        if not path.exists():
            pytest.skip(f"{program} is not there: .ci/install-clients installs it")
        env = {**sscred_endpoint.env, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **more}
        done = subprocess.run(
            [path, *args], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run_


@pytest.fixture
def leaver(sscred_iam):
    """A user with one of everything that hangs on users."""
    iam = sscred_iam.client()
    sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    iam.create_access_key(UserName="Anika")
    iam.create_login_profile(UserName="Anika", Password="Corr3ct-horse")
    iam.create_group(GroupName="git")
    iam.add_user_to_group(GroupName="git", UserName="Anika")
    iam.put_user_policy(UserName="Anika", PolicyName="all", PolicyDocument=ALL)
    iam.attach_user_policy(UserName="Anika", PolicyArn=POWER_USER)
    iam.tag_user(UserName="Anika", Tags=[{"Key": "left", "Value": "yes"}])
    return "Anika"


def custodian(run, tmp_path, *policies):
    (tmp_path / "policies.json").write_text(json.dumps({"policies": policies}))
    return run("custodian", "custodian", "run", "-s", "out", "policies.json")


def found(tmp_path, policy):
    members = json.loads((tmp_path / "out" / policy / "resources.json").read_text())
    return [member["UserName"] for member in members]


def test_cloud_custodian_deletes_users_who_have_left(run, tmp_path, sscred_iam, leaver):
    sscred_iam.add_user("Bela")
    filters = [{"tag:left": "yes"}]
    policy = {"name": "left", "resource": "aws.iam-user", "filters": filters}
    custodian(run, tmp_path, {**policy, "actions": [{"type": "delete"}]})
    assert [user.name for user in sscred_iam.users()] == ["Bela"]
    sscred_iam.assert_called("DeleteUser", times=1, UserName=leaver)


def test_cloud_custodian_reads_the_credential_report(run, tmp_path, sscred_iam, leaver):
    sscred_iam.add_user("Bela")

    def who(key, value):
        filters = [{"type": "credential", "key": key, "value": value}]
        return {"name": key, "resource": "aws.iam-user", "filters": filters}

    custodian(run, tmp_path, who("password_enabled", True), who("mfa_active", False))
    assert found(tmp_path, "password_enabled") == ["Anika"]
    assert sorted(found(tmp_path, "mfa_active")) == ["Anika", "Bela"]
    sscred_iam.assert_called("GenerateCredentialReport")


def test_cloudsplaining_reads_the_authorization_details(run, tmp_path, leaver):
    run("cloudsplaining", "cloudsplaining", "download", "--output", ".")
    details = json.loads((tmp_path / "default.json").read_text())
    (user,) = details["UserDetailList"]
    assert (user["UserName"], user["GroupList"]) == (leaver, ["git"])
    assert user["UserPolicyList"] == [{"PolicyName": "all", "PolicyDocument": json.loads(ALL)}]
    assert [each["PolicyArn"] for each in user["AttachedManagedPolicies"]] == [POWER_USER]
    assert [group["GroupName"] for group in details["GroupDetailList"]] == ["git"]
    run(
        "cloudsplaining",
        "cloudsplaining",
        "scan",
        "--input-file",
        "default.json",
        "--skip-open-report",
    )
    report = json.loads((tmp_path / "iam-results-default.json").read_text())
    assert user["UserId"] in report["users"]


HIRE = """
- amazon.aws.iam_group: {name: git, state: present}
- amazon.aws.iam_user:
    {name: Anika, state: present, password: Corr3ct-horse, tags: {Team: red}}
- amazon.aws.iam_group: {name: git, state: present, users: [Anika]}
- amazon.aws.iam_access_key: {user_name: Anika, state: present}
  no_log: true
- amazon.aws.iam_policy:
    {iam_type: user, iam_name: Anika, policy_name: all, state: present, policy_json: ALL}
- amazon.aws.iam_managed_policy: {policy_name: everything, state: present, policy: ALL}
- amazon.aws.iam_user: {name: Anika, state: present, managed_policies: [POWER_USER]}
- amazon.aws.iam_password_policy: {state: present, min_pw_length: 10}
- amazon.aws.iam_user_info: {name: Anika}
"""
DISMISS = "- amazon.aws.iam_user: {name: Anika, state: absent}"


def play(run, tmp_path, tasks):
    tasks = tasks.replace("POWER_USER", POWER_USER).replace("ALL", repr(ALL))
    python = CLIENTS / "ansible" / "bin" / "python"
    book = f"""
- hosts: localhost
  connection: local
  gather_facts: false
  vars: {{ansible_python_interpreter: {python}}}
  tasks:
{textwrap.indent(tasks, "  ")}
"""
    (tmp_path / "play.yml").write_text(book)
    return run("ansible", "ansible-playbook", "play.yml", ANSIBLE_HOME=str(tmp_path))


def test_ansibles_modules_make_a_user_and_take_it_away(run, tmp_path, sscred_iam):
    play(run, tmp_path, HIRE)
    assert [user.name for user in sscred_iam.users()] == ["Anika"]
    iam = sscred_iam.client()
    assert iam.list_user_tags(UserName="Anika")["Tags"] == [{"Key": "Team", "Value": "red"}]
    assert iam.get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 10
    play(run, tmp_path, DISMISS)
    assert sscred_iam.users() == []
    sscred_iam.assert_order("RemoveUserFromGroup", "DeleteUser")
