"""A whole account is loaded as the AWS CLI prints it, and dumped to be loaded again."""

from __future__ import annotations

import copy
import datetime as dt
import json
from urllib.parse import quote

import pytest
from every_thing import everything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from load_samples import DEPLOY, PRINTED, READ
from waist import Waist

from pytest_sscred import FakeIAM

ARN = "arn:aws:iam::123456789012:policy/ci/deploy"


def changed(path, value):
    """What was printed, with another value at that place; without it, if the value is `...`."""
    data = copy.deepcopy(PRINTED)
    *outer, last = path
    place = data
    for each in outer:
        place = place[each]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


@pytest.mark.parametrize("form", ["object", "json", "path", "quoted", "text"])
def test_what_get_account_authorization_details_prints_is_loaded(iam, tmp_path, form):
    path = tmp_path / "printed.json"
    path.write_text(json.dumps(PRINTED))
    data = {"object": PRINTED, "json": json.dumps(PRINTED), "path": path}.get(form)
    if data is None:
        text = json.dumps(READ)
        data = copy.deepcopy(PRINTED)
        (inline,) = data["UserDetailList"][0]["UserPolicyList"]
        inline["PolicyDocument"] = quote(text, safe="") if form == "quoted" else text
    assert iam.load(data) == []
    user, group, policy = iam.user("anika"), iam.group("admins"), iam.policy("deploy")
    assert (user.id, user.tags) == ("AIDAEXAMPLEEXAMPLEEX1", {"Team": "red"})
    assert user.arn == "arn:aws:iam::123456789012:user/Anika"
    assert user.created == dt.datetime(2013, 10, 14, 18, 32, 24, tzinfo=dt.timezone.utc)
    assert (user.groups, user.policies) == ([group], {"own": READ})
    assert user.attached_policies == [user.permissions_boundary] == [ARN]
    assert (group.id, group.users) == ("AGPAEXAMPLEEXAMPLEEX1", [user])
    assert group.policies == {"all": DEPLOY}
    assert group.attached_policies == ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert (policy.id, policy.arn) == ("ANPAEXAMPLEEXAMPLEEX1", ARN)
    assert policy.versions == {"v3": DEPLOY, "v1": READ}
    assert policy.document == DEPLOY
    assert (iam.user("bot").path, iam.user("bot").groups) == ("/bots/", [])


def test_what_is_loaded_is_linked_and_worked_on(iam, ask):
    iam.load(PRINTED)
    found = ask("ListEntitiesForPolicy", PolicyArn=ARN).result
    assert [each["UserName"] for each in found["PolicyUsers"]] == ["Anika"]
    policy = ask("GetPolicy", PolicyArn=ARN).result["Policy"]
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (1, 1)
    assert policy["UpdateDate"].year == 2016
    document = json.dumps(DEPLOY)
    made = ask("CreatePolicyVersion", PolicyArn=ARN, PolicyDocument=document).result
    assert made["PolicyVersion"]["VersionId"] == "v4"
    assert ask("DeletePolicy", PolicyArn=ARN).code == "DeleteConflict"
    assert ask("DeleteUser", UserName="Anika").code == "DeleteConflict"


def test_roles_are_left_out_and_so_are_aws_own_policies(iam, ask):
    iam.load(PRINTED)
    assert iam.dump()["RoleDetailList"] == []
    assert [each["PolicyName"] for each in iam.dump()["Policies"]] == ["deploy"]
    found = ask("ListEntitiesForPolicy", PolicyArn=ARN).result
    assert found["PolicyRoles"] == []


def test_all_that_boto3_gives_is_loaded_too(iam):
    everything(iam)
    listed = Waist(iam)("GetAccountAuthorizationDetails").result
    again = FakeIAM(seed="again")
    again.load(listed)
    for name in ("UserDetailList", "GroupDetailList", "Policies"):
        assert again.dump()[name] == iam.dump()[name]


def test_what_is_dumped_is_the_same_account(iam, ask):
    user, _group, policy, _ = everything(iam)
    everything(iam, "2")
    user.add_mfa_device(enabled=False)
    user.put_policy(
        "spaced", '{"Version":"2012-10-17" ,"Statement":[' + json.dumps(READ["Statement"][0]) + "]}"
    )
    ask("CreatePolicyVersion", PolicyArn=policy.arn, PolicyDocument=json.dumps(READ))
    tags = [{"Key": "Team", "Value": "red"}]
    about = {"PolicyName": "tagged", "PolicyDocument": json.dumps(READ), "Description": "It reads"}
    ask("CreatePolicy", **about, Tags=tags)
    ask("TagMFADevice", SerialNumber=user.mfa_devices[0].id, Tags=tags)
    ask("UpdateLoginProfile", UserName="Anika", PasswordResetRequired=True)
    ask("UpdateAccessKey", UserName="Anika", AccessKeyId=user.access_keys[0].id, Status="Inactive")
    ask("CreateAccountAlias", AccountAlias="acme")
    ask("UpdateAccountPasswordPolicy", MinimumPasswordLength=12, RequireSymbols=True)
    dumped = json.loads(json.dumps(iam.dump()))
    again = FakeIAM(seed="again")
    again.load(dumped)
    assert again.dump() == dumped
    theirs = Waist(again)
    for operation, params in (
        ("GetAccountAuthorizationDetails", {}),
        ("ListVirtualMFADevices", {}),
        ("GetLoginProfile", {"UserName": "Anika"}),
        ("GetUserPolicy", {"UserName": "Anika", "PolicyName": "spaced"}),
        ("ListAccountAliases", {}),
        ("GetAccountPasswordPolicy", {}),
        ("GetAccountSummary", {}),
        ("ListPolicyTags", {"PolicyArn": policy.arn.replace("deploy", "tagged")}),
    ):
        assert theirs(operation, **params).result == ask(operation, **params).result
    assert theirs("DeleteUser", UserName="Anika").code == "DeleteConflict"


def test_lists_of_several_commands_may_be_in_one(iam):
    """Users may be listed twice then: the details add to what `list-users` printed."""
    plain = [{name: each[name] for name in ("UserName", "UserId", "CreateDate", "Path")}
             for each in PRINTED["UserDetailList"]]  # fmt: skip
    iam.load({**PRINTED, "Users": plain})
    alone = FakeIAM()
    alone.load(PRINTED)
    assert iam.dump() == alone.dump()
    with pytest.raises(ValueError, match="the user 'Anika' has another UserId among the Users"):
        FakeIAM().load({**PRINTED, "Users": [{**plain[0], "UserId": "AIDAOTHEROTHEROTHER11"}]})


def test_missing_groups_and_users_are_made(iam):
    iam.load(
        {
            **changed(["GroupDetailList"], []),
            "LoginProfiles": [{"UserName": "Li", "CreateDate": "2020-01-01T00:00:00Z"}],
            "VirtualMFADevices": [
                {
                    "SerialNumber": "arn:aws:iam::210987654321:mfa/phone",
                    "User": {"UserName": "sofia"},
                    "EnableDate": "2021-01-01T00:00:00Z",
                },
                {"SerialNumber": "arn:aws:iam::210987654321:mfa/spare"},
                {
                    "SerialNumber": "arn:aws:iam::210987654321:mfa/root-account-mfa-device",
                    "User": {"Arn": "arn:aws:iam::210987654321:root"},
                    "EnableDate": "2021-01-01T00:00:00Z",
                },
            ],
        }
    )
    assert iam.group("Admins").users == [iam.user("Anika")]
    assert iam.user("Li").login_profile.created.year == 2020
    (device,) = iam.user("sofia").mfa_devices
    assert device.id == "arn:aws:iam::123456789012:mfa/phone"
    assert len(iam.dump()["VirtualMFADevices"]) == 2
    secrets = iam._account.state.secrets
    for secret in (device.seed, iam.user("Li").login_profile.password):
        assert secrets.mask(secret) == "***"


USER = ["UserDetailList", 0]
POLICY = ["Policies", 0]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ([*USER, "UserName"], ..., r"^UserDetailList\[0\]: UserName is missing in an object of"),
        ([*USER, "UserName"], "a b", r"^UserDetailList\[0\]: CreateUser would refuse this"),
        ([*USER, "CreateDate"], "x", r"^UserDetailList\[0\]: 'x' is not a date"),
        ([*USER, "Tags"], [{"Key": "a"}], r"UserDetailList\[0\]: Tags\[0\]: Value is missing"),
        ([*USER, "GroupList"], "Admins", "GroupList is not a list of texts"),
        ([*USER, "GroupList"], ["a b"], r"^UserDetailList\[0\]: AddUserToGroup would refuse this"),
        ([*USER, "UserPolicyList", 0, "PolicyDocument"], "x",
         r"UserPolicyList\[0\]: PolicyDocument: Syntax errors in policy"),
        ([*USER, "UserPolicyList", 0, "PolicyDocument"], {"Statement": [1]},
         "PolicyDocument: Syntax errors"),
        ([*USER, "UserPolicyList", 0, "PolicyDocument"], None, "PolicyDocument is not text in an"),
        ([*USER, "UserPolicyList", 0, "PolicyName"], "a b", "PutUserPolicy would refuse this"),
        ([*USER, "UserPolicyList"], [{"PolicyName": "A", "PolicyDocument": READ},
          {"PolicyName": "a", "PolicyDocument": READ}],
         r"UserPolicyList\[1\]: the inline policy of Anika 'a' stands in it twice"),
        ([*USER, "AttachedManagedPolicies", 0, "PolicyArn"], "x", "PolicyArn is not an ARN of IAM"),
        ([*USER, "AttachedManagedPolicies", 0, "PolicyArn"], f"{ARN}2",
         r"AttachedManagedPolicies\[0\]: Policy .*deploy2 does not exist or is not attachable"),
        ([*USER, "PermissionsBoundary", "PermissionsBoundaryArn"], 1,
         r"^UserDetailList\[0\]: PermissionsBoundary: PermissionsBoundaryArn is not text"),
        ([*USER, "UserId"], "AIDAEXAMPLEEXAMPLEEX2",
         r"^UserDetailList\[1\]: the UserId 'AIDAEXAMPLEEXAMPLEEX2' stands in it twice"),
        ([*USER, "UserName"], "BOT", r"^UserDetailList\[1\]: the user's details 'bot' stands"),
        ([*POLICY, "DefaultVersionId"], "v2", r"^Policies\[0\]: .* lacks its default"),
        ([*POLICY, "PolicyVersionList", 0, "VersionId"], "v3", "or has one twice"),
        ([*POLICY, "PolicyVersionList", 0, "VersionId"], "3",
         r"^Policies\[0\]: PolicyVersionList\[0\]: GetPolicyVersion would refuse this"),
        ([*POLICY, "PolicyVersionList"], ..., "PolicyVersionList of deploy lacks its default"),
        ([*POLICY, "Path"], "x", "CreatePolicy would refuse this"),
        ([*POLICY, "Arn"], "x", "Arn is not an ARN of IAM: 'x'"),
        (["GroupDetailList", 0, "GroupName"], "a b", "CreateGroup would refuse this"),
        (["GroupDetailList", 0, "GroupName"], "\ud800", "GroupName has half of a character in it"),
        (["GroupDetailList"], [1], "GroupDetailList is not a list of objects"),
        (["AccountAliases"], ["A!"], "CreateAccountAlias would refuse this"),
        (["AccountAliases"], "acme", "AccountAliases is not a list of texts"),
        (["PasswordPolicy"], {"MinimumPasswordLength": "6"}, "MinimumPasswordLength takes int"),
        (["PasswordPolicy"], {"MinimumPasswordLength": 1}, "would refuse this"),
        (["PasswordPolicy"], {"RequireSymbols": 1}, "RequireSymbols takes bool, not 1"),
        (["PasswordPolicy"], [], "PasswordPolicy is not an object"),
        (["LoginProfiles"], [{"UserName": "Anika", "CreateDate": "2020-01-01T00:00:00Z"}] * 2,
         r"^LoginProfiles\[1\]: the login profile of 'AIDAE.* stands in it twice"),
        (["LoginProfiles"], [{"UserName": "Anika", "CreateDate": "2020-01-01T00:00:00Z",
          "PasswordResetRequired": "yes"}], "PasswordResetRequired is not true or false"),
        (["VirtualMFADevices"], [{"SerialNumber": "arn:aws:iam::1:mfa/x"}] * 2,
         r"^VirtualMFADevices\[1\]: the MFA device 'arn:.*' stands in it twice"),
        (["VirtualMFADevices"], [{"SerialNumber": "arn:aws:iam::1:mfa/x", "User": {}}],
         r"^VirtualMFADevices\[0\]: UserName is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place_and_nothing_stays(iam, path, value, message):
    with pytest.raises(ValueError, match=message):
        iam.load(changed(path, value))
    assert iam.dump() == FakeIAM().dump()


def test_what_is_there_already_is_refused(iam):
    data = {**iam.dump(), **PRINTED}
    data["LoginProfiles"] = [{"UserName": "bot", "CreateDate": "2020-01-01T00:00:00Z"}]
    data["VirtualMFADevices"] = [{"SerialNumber": "arn:aws:iam::1:mfa/x"}]
    iam.load(data)
    before = iam.dump()
    for name, message in (
        ("UserDetailList", "the account has a user 'Anika' already"),
        ("GroupDetailList", "the account has a group 'Admins' already"),
        ("Policies", "the account has a policy 'deploy' already"),
        ("LoginProfiles", "the user 'bot' has a login profile already"),
        ("VirtualMFADevices", "the account has it already"),
    ):
        with pytest.raises(ValueError, match=message):
            iam.load({name: data[name]})
    assert iam.dump() == before


def test_other_partitions_arns_are_this_accounts(iam):
    text = json.dumps(PRINTED).replace("arn:aws:", "arn:aws-us-gov:")
    iam.load(text)
    assert iam.user("Anika").attached_policies == [ARN]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_what_is_nested_too_deep_is_refused(iam, opening):
    with pytest.raises(ValueError, match="this is nested too deep"):
        iam.load('{"Users": ' + opening * 100_000)
    deep: dict = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(ValueError, match="this is nested too deep"):
        iam.load(changed([*USER, "UserPolicyList", 0, "PolicyDocument"], deep))
    assert iam.users() == []


PLACES = st.sampled_from(
    [
        (name, place, member)
        for name in ("UserDetailList", "GroupDetailList", "Policies")
        for place, each in enumerate(PRINTED[name])
        for member in each
    ]
)
TEXTS = st.text(st.characters(codec=None), max_size=8) | st.sampled_from(["\ud800", "", "Anika"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=6,
)


@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(PLACES, VALUES), min_size=1, max_size=3), st.booleans())
def test_the_account_is_as_before_or_has_all_of_it(changes, is_text):
    data = copy.deepcopy(PRINTED)
    for (name, place, member), value in changes:
        data[name][place][member] = value
    iam = FakeIAM()
    iam.add_user("sofia")
    before = iam.dump()
    try:
        iam.load(json.dumps(data) if is_text else data)
    except ValueError:
        assert iam.dump() == before
        assert iam.add_user("new").id == _new_user_of_an_untouched_account()
        return
    dumped = iam.dump()
    assert len(dumped["UserDetailList"]) >= 1 + len(data["UserDetailList"])
    assert len(dumped["GroupDetailList"]) >= len(data["GroupDetailList"])
    assert json.loads(json.dumps(dumped)) == dumped
    again = FakeIAM(seed="again")
    again.load(dumped)
    assert again.dump() == dumped


def _new_user_of_an_untouched_account():
    iam = FakeIAM()
    iam.add_user("sofia")
    return iam.add_user("new").id


def test_half_a_character_leaves_nothing(iam):
    member = {
        "UserName": "Li",
        "Status": "Active",
        "ServiceCredentialAlias": "\ud800",
        "CreateDate": "2025-07-01T00:00:00Z",
        "ServiceSpecificCredentialId": "ACCAEXAMPLE456EXAMPLE",
        "ServiceName": "bedrock.amazonaws.com",
    }
    with pytest.raises(ValueError, match="ServiceCredentialAlias has half of a character in it"):
        iam.load({"ServiceSpecificCredentials": [member]})
    assert iam.users() == iam.credentials() == []
    assert iam._account.state.secrets.mask("x") == "x"
