"""One account with moto: what either side makes is there for both."""

from __future__ import annotations

import datetime as dt
import json
import threading

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.iam.models import IAMBackend, iam_backends
from motos import ACCOUNT, DOCUMENT, backend_of, make_user, tags_of
from names import CODECOMMIT

from pytest_sscred import FakeIAM

OF_AWS = "arn:aws:iam::aws:policy/AdministratorAccess"
TEMPLATE = {
    "Resources": {
        "Bruno": {"Type": "AWS::IAM::User", "Properties": {"UserName": "Bruno", "Path": "/team/"}},
        "Key": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Bruno"}}},
        "Lists": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "ManagedPolicyName": "lists",
                "PolicyDocument": json.loads(DOCUMENT),
                "Users": [{"Ref": "Bruno"}],
                "Groups": ["auditors"],
            },
        },
        "Inline": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "inline",
                "PolicyDocument": json.loads(DOCUMENT),
                "Users": [{"Ref": "Bruno"}, "Anika"],
                "Groups": ["auditors"],
            },
        },
    },
    "Outputs": {
        "Key": {"Value": {"Ref": "Key"}},
        "Arn": {"Value": {"Fn::GetAtt": ["Bruno", "Arn"]}},
    },
}


def client(service="iam", key=None, **options):
    about = {}
    if key is not None:
        about["aws_access_key_id"] = key["AccessKeyId"]
        about["aws_secret_access_key"] = key["SecretAccessKey"]
        about["aws_session_token"] = key.get("SessionToken")
    return boto3.client(service, region_name="us-east-1", **about, **options)


def make_stack():
    client("cloudformation").create_stack(StackName="s", TemplateBody=json.dumps(TEMPLATE))
    (stack,) = client("cloudformation").describe_stacks(StackName="s")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def make_role(name="deployer"):
    trust = {"Version": "2012-10-17", "Statement": []}
    role = client().create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return role["Role"]["Arn"]


def names(answer, member="UserName"):
    (found,) = (each for each in answer.values() if isinstance(each, list))
    return [each[member] for each in found]


def work_in_both(iam):
    """Ours by a verb and by a call, moto's by CloudFormation and by its backend."""
    iam.add_user("Anika")
    client().create_group(GroupName="auditors")
    made = make_stack()
    make_user("Chen")
    assert names(client().list_users()) == ["Anika", "Bruno", "Chen"]
    assert sorted(backend_of().users) == ["Anika", "Bruno", "Chen"]
    assert [user.name for user in iam.users()] == ["Anika", "Bruno", "Chen"]
    assert made["Arn"] == iam.user("Bruno").arn == f"arn:aws:iam::{ACCOUNT}:user/team/Bruno"
    (key,) = client().list_access_keys(UserName="Bruno")["AccessKeyMetadata"]
    assert made["Key"] == key["AccessKeyId"]
    arn = f"arn:aws:iam::{ACCOUNT}:policy/lists"
    entities = client().list_entities_for_policy(PolicyArn=arn)
    assert names({"Users": entities["PolicyUsers"]}) == ["Bruno"]
    assert names({"Groups": entities["PolicyGroups"]}, "GroupName") == ["auditors"]
    assert client().list_user_policies(UserName="Anika")["PolicyNames"] == ["inline"]
    assert client().list_group_policies(GroupName="auditors")["PolicyNames"] == ["inline"]
    # As in moto alone: its CloudFormation deletes no managed policies.
    client().detach_user_policy(UserName="Bruno", PolicyArn=arn)
    client("cloudformation").delete_stack(StackName="s")
    assert names(client().list_users()) == ["Anika", "Chen"]
    assert client().list_user_policies(UserName="Anika")["PolicyNames"] == []
    assert iam.problems() == []


def test_moto_entered_before():
    with mock_aws(), FakeIAM() as iam:
        work_in_both(iam)


def test_moto_entered_after():
    with FakeIAM() as iam, mock_aws():
        work_in_both(iam)


@mock_aws
def test_moto_as_a_decorator(sscred_iam):
    work_in_both(sscred_iam)


@mock_aws
class TestMotoAsADecoratorOfAClass:
    def test_a_method(self, sscred_iam):
        work_in_both(sscred_iam)

    def test_begins_without_the_other_tests_users(self, sscred_iam):
        assert client().list_users()["Users"] == []


class TestMotoInAnAutouseFixture:
    @pytest.fixture(autouse=True)
    def both(self):
        with mock_aws():
            yield

    def test_a_test(self, sscred_iam):
        work_in_both(sscred_iam)


@pytest.fixture
def iam(sscred_iam):
    with mock_aws():
        yield sscred_iam


def test_a_resource_sees_what_moto_made(iam):
    make_user("Chen")
    assert [user.name for user in boto3.resource("iam").users.all()] == ["Chen"]


# Roles


def test_a_policy_of_ours_is_attached_to_a_role_of_motos(iam):
    make_role()
    arn = client().create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    client().attach_role_policy(RoleName="deployer", PolicyArn=arn)
    attached = client().list_attached_role_policies(RoleName="deployer")["AttachedPolicies"]
    assert attached == [{"PolicyName": "p", "PolicyArn": arn}]
    entities = client().list_entities_for_policy(PolicyArn=arn)
    assert names({"Roles": entities["PolicyRoles"]}, "RoleName") == ["deployer"]
    assert (
        client().list_entities_for_policy(PolicyArn=arn, EntityFilter="User")["PolicyRoles"] == []
    )
    assert client().get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    assert names(client().list_policies(OnlyAttached=True), "PolicyName") == ["p"]
    assert backend_of().managed_policies[arn].attachment_count == 1
    with pytest.raises(client().exceptions.DeleteConflictException):
        client().delete_policy(PolicyArn=arn)
    client().detach_role_policy(RoleName="deployer", PolicyArn=arn)
    assert client().get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 0
    client().delete_policy(PolicyArn=arn)
    assert list(backend_of().managed_policies) == []


def test_a_role_has_the_policies_of_aws_that_users_have(iam):
    make_role()
    make_user("Anika")
    client().attach_role_policy(RoleName="deployer", PolicyArn=OF_AWS)
    client().attach_user_policy(UserName="Anika", PolicyArn=OF_AWS)
    assert client().get_policy(PolicyArn=OF_AWS)["Policy"]["AttachmentCount"] == 2
    attached = client().list_attached_role_policies(RoleName="deployer")["AttachedPolicies"]
    assert attached == [{"PolicyName": "AdministratorAccess", "PolicyArn": OF_AWS}]


def test_what_is_motos_is_checked_by_moto_alone(iam):
    make_role()
    policy = {"RoleName": "deployer", "PolicyName": "two words"}
    client().put_role_policy(**policy, PolicyDocument=DOCUMENT)
    assert client().get_role_policy(**policy)["PolicyName"] == "two words"


def test_an_arn_that_is_no_policys_is_not_attached(iam):
    make_role()
    with pytest.raises(client().exceptions.NoSuchEntityException):
        client().attach_role_policy(RoleName="deployer", PolicyArn=OF_AWS + "/")


def test_a_role_goes_by_the_policys_newest_version(iam):
    make_role()
    arn = client().create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    client().attach_role_policy(RoleName="deployer", PolicyArn=arn)
    about = {"PolicyArn": arn, "PolicyDocument": DOCUMENT, "SetAsDefault": True}
    client().create_policy_version(**about)
    held = backend_of().get_role("deployer").managed_policies[arn]
    assert (held.default_version_id, [each.version_id for each in held.versions]) == (
        "v2",
        ["v1", "v2"],
    )


def test_a_role_bounded_by_a_policy(iam):
    arn = client().create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    about = {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "PermissionsBoundary": arn}
    client().create_role(**about)
    assert client().get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    (role,) = client().get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn


def test_what_is_said_of_the_whole_account_counts_roles(iam):
    make_role()
    arn = client().create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    client().attach_role_policy(RoleName="deployer", PolicyArn=arn)
    client().put_role_policy(RoleName="deployer", PolicyName="in", PolicyDocument=DOCUMENT)
    client().tag_role(RoleName="deployer", Tags=[{"Key": "Team", "Value": "red"}])
    client().create_instance_profile(InstanceProfileName="machines")
    client().add_role_to_instance_profile(InstanceProfileName="machines", RoleName="deployer")
    make_role("other")
    details = client().get_account_authorization_details()
    role, other = details["RoleDetailList"]
    assert role["AttachedManagedPolicies"] == [{"PolicyName": "p", "PolicyArn": arn}]
    assert [each["PolicyName"] for each in role["RolePolicyList"]] == ["in"]
    assert role["Tags"] == [{"Key": "Team", "Value": "red"}]
    assert role["InstanceProfileList"][0]["Roles"][0]["RoleName"] == "deployer"
    assert (other["RoleName"], other["InstanceProfileList"]) == ("other", [])
    summary = client().get_account_summary()["SummaryMap"]
    assert (summary["Roles"], summary["InstanceProfiles"], summary["Users"]) == (2, 1, 0)
    granting = client().list_policies_granting_service_access(
        Arn=role["Arn"], ServiceNamespaces=["s3"]
    )["PoliciesGrantingServiceAccess"]
    assert granting[0]["Policies"] == [
        {"PolicyName": "p", "PolicyType": "MANAGED", "PolicyArn": arn},
        {
            "PolicyName": "in",
            "PolicyType": "INLINE",
            "EntityType": "ROLE",
            "EntityName": "deployer",
        },
    ]


def test_a_role_that_moto_deletes_is_gone(iam):
    make_role()
    arn = client().create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    client().attach_role_policy(RoleName="deployer", PolicyArn=arn)
    client().put_role_policy(RoleName="deployer", PolicyName="in", PolicyDocument=DOCUMENT)
    assert client().get_account_summary()["SummaryMap"]["Roles"] == 1
    client().detach_role_policy(RoleName="deployer", PolicyArn=arn)
    client().delete_role_policy(RoleName="deployer", PolicyName="in")
    client().delete_role(RoleName="deployer")
    assert client().get_account_summary()["SummaryMap"]["Roles"] == 0
    assert client().get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 0


def test_a_role_made_by_cloudformation(iam):
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "r",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
            "Tags": [{"Key": "Team", "Value": "red"}],
        },
    }
    template = json.dumps({"Resources": {"R": role}})
    client("cloudformation").create_stack(StackName="s", TemplateBody=template)
    (found,) = client().get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert found["AssumeRolePolicyDocument"] == {"Version": "2012-10-17", "Statement": []}
    assert found["Tags"] == [{"Key": "Team", "Value": "red"}]


# Who calls


def test_sts_and_other_services_know_a_users_key(iam):
    user = iam.add_user("Anika")
    key = client().create_access_key(UserName="Anika")["AccessKey"]
    identity = client("sts", key).get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (user.arn, user.id)
    assert backend_of().get_user_from_access_key_id(key["AccessKeyId"]).name == "Anika"
    client("s3", key).create_bucket(Bucket="reports")
    used = client().get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert used["AccessKeyLastUsed"]["ServiceName"] == "s3"
    client().generate_credential_report()
    client().generate_credential_report()
    report = client().get_credential_report()["Content"].decode()
    assert ",us-east-1,s3" in report
    assert backend_of().get_user("Anika").to_csv().startswith(f"Anika,{user.arn},")


def test_a_keys_use_is_told_in_the_accounts_time(iam):
    iam.add_user("Anika")
    key = client().create_access_key(UserName="Anika")["AccessKey"]
    iam.clock.move_to(dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc))
    client("s3", key).create_bucket(Bucket="reports")
    used = client().get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert used["AccessKeyLastUsed"]["LastUsedDate"].year == 2030


# DeleteUser


def test_delete_user_meets_what_moto_hung_on_the_user(iam):
    iam.add_user("Anika")
    arn = (
        backend_of()
        .create_policy(description="", path="/", policy_document=DOCUMENT, policy_name="p", tags=[])
        .arn
    )
    backend_of().create_group("auditors")
    steps = [
        (lambda b: b.add_user_to_group("auditors", "Anika"), "remove users from group"),
        (lambda b: b.create_access_key("Anika"), "delete access keys"),
        (lambda b: b.create_login_profile("Anika", "Aa1!aaaaaaaa"), "delete login profile"),
        (lambda b: b.put_user_policy("Anika", "inline", DOCUMENT), "delete policies"),
        (lambda b: b.attach_user_policy(arn, "Anika"), "detach all policies"),
    ]
    for hang, text in steps:
        hang(backend_of())
        with pytest.raises(ClientError, match=text):
            client().delete_user(UserName="Anika")


# Afterwards


def patched():
    return {name: vars(IAMBackend)[name] for name in vars(IAMBackend) if name != "__doc__"}


def test_nothing_of_the_account_is_left_in_moto():
    before = patched()
    with mock_aws():
        make_role()
        with FakeIAM() as iam:
            iam.add_user("Anika")
            arn = client().create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
            client().attach_role_policy(RoleName="deployer", PolicyArn=arn)
            client().attach_role_policy(RoleName="deployer", PolicyArn=OF_AWS)
            assert patched() != before
            assert IAMBackend.users is vars(IAMBackend)["users"]
        assert patched() == before
        assert backend_of().get_role("deployer").managed_policies == {}
        for name in ("users", "managed_policies", "access_keys"):
            assert getattr(backend_of(), name) == {}


def test_moto_has_back_what_it_had_and_roles_their_policies():
    with mock_aws():
        make_role()
        make_user("Anika")
        own = backend_of().create_policy("", "/", DOCUMENT, "p", [])
        with FakeIAM():
            client().attach_role_policy(RoleName="deployer", PolicyArn=own.arn)
            client().delete_user(UserName="Anika")
            assert dict(backend_of().users) == {}
        assert list(backend_of().users) == ["Anika"]
        assert backend_of().get_role("deployer").managed_policies[own.arn] is own


def test_what_moto_made_goes_with_its_reset(sscred_iam):
    with mock_aws():
        sscred_iam.add_user("Anika")
        client().create_group(GroupName="auditors")
        make_stack()
        make_role()
        key = backend_of().create_access_key("Anika")
        backend_of().create_account_alias("ours")
        backend_of().create_virtual_mfa_device("phone", "/")
        client().attach_group_policy(
            GroupName="auditors", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"
        )
        assert client().get_account_summary()["SummaryMap"]["Roles"] == 1
        assert client().get_access_key_last_used(AccessKeyId=key.access_key_id)
    assert [user.name for user in sscred_iam.users()] == ["Anika"]
    assert names(client().list_groups(), "GroupName") == ["auditors"]
    assert client().list_access_keys(UserName="Anika")["AccessKeyMetadata"] == []
    assert client().list_account_aliases()["AccountAliases"] == []
    assert client().list_virtual_mfa_devices()["VirtualMFADevices"] == []
    assert client().list_policies(Scope="Local")["Policies"] == []
    assert client().get_account_summary()["SummaryMap"]["Roles"] == 0


def test_what_a_call_made_is_there_after_moto(sscred_iam):
    with mock_aws():
        client().create_user(UserName="Anika")
        credential = sscred_iam.add_credential("Anika", CODECOMMIT)
    sscred_iam.assert_active(credential)


# Other accounts


def test_another_accounts_users_are_motos(iam):
    iam.add_user("Anika")
    role = "arn:aws:iam::111122223333:role/admin"
    session = client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    there = client(key=session)
    there.create_user(UserName="Dora")
    assert names(there.list_users()) == ["Dora"]
    moto = backend_of("111122223333")
    assert list(moto.users) == ["Dora"]
    assert tags_of(moto, "Dora") == moto.list_account_aliases() == []
    moto.delete_access_key_by_name(moto.create_access_key("Dora").access_key_id)
    assert names(client().list_users()) == ["Anika"]
    assert [call.operation for call in iam.calls] == ["ListUsers"]


def test_another_account_named_in_a_header(iam):
    here, there = client(), client()

    def name(number):
        def add(request, **kwargs):
            request.headers["x-moto-account-id"] = number

        return add

    there.meta.events.register("before-sign.iam", name("111122223333"))
    here.meta.events.register("before-sign.iam", name(ACCOUNT))
    there.create_user(UserName="Dora")
    here.create_user(UserName="Anika")
    assert names(there.list_users()) == ["Dora"]
    assert names(client().list_users()) == ["Anika"]
    assert [call.operation for call in iam.calls] == ["CreateUser", "ListUsers"]


def test_a_session_of_the_accounts_own_role_calls_the_account(iam):
    role = make_role()
    session = client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    client(key=session).create_user(UserName="Anika")
    assert [user.name for user in iam.users()] == ["Anika"]
    caller = client("sts", key=session).get_caller_identity()
    assert iam.calls[-1].caller == caller["Arn"]
    assert caller["Arn"].endswith("/session")
    unknown = {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s"}
    client(key=unknown).list_users()
    assert iam.calls[-1].caller.endswith(":assumed-role/Administrator/pytest-sscred")
    assert session["AccessKeyId"] in backend_of().access_keys
    del backend_of().access_keys[session["AccessKeyId"]]
    assert list(backend_of().access_keys) == []


def test_a_header_is_ours_to_heed_only_while_moto_answers(sscred_iam):
    there = client()
    there.meta.events.register(
        "before-sign.iam",
        lambda request, **kwargs: request.headers.add_header("x-moto-account-id", "111122223333"),
    )
    there.create_user(UserName="Anika")
    assert [user.name for user in sscred_iam.users()] == ["Anika"]


def test_chinas_accounts_are_motos(iam):
    if "aws-cn" not in iam_backends[ACCOUNT]:
        pytest.skip("this moto has one partition")
    iam.add_user("Anika")
    assert dict(iam_backends[ACCOUNT]["aws-cn"].users) == {}


# Several accounts


def test_the_account_opened_last_is_motos_too(iam):
    iam.add_user("Anika")
    with FakeIAM() as inner:
        make_user("Chen")
        assert [user.name for user in inner.users()] == ["Chen"]
    assert list(backend_of().users) == ["Anika"]


def test_moto_goes_by_the_account_that_a_client_calls(iam):
    make_role()
    bound = iam.client()
    arn = bound.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    with FakeIAM():
        bound.attach_role_policy(RoleName="deployer", PolicyArn=arn)
        assert bound.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
        assert list(backend_of().managed_policies) == []


def test_an_account_of_another_number_shares_its_own():
    with mock_aws(), FakeIAM(account_id="111122223333") as iam:
        iam.add_user("Dora")
        assert list(backend_of("111122223333").users) == ["Dora"]
        assert dict(backend_of().users) == {}


def test_threads_share_the_account(iam):
    made = [threading.Thread(target=lambda n=n: make_user(f"u{n}")) for n in range(8)]
    for each in made:
        each.start()
    for each in made:
        each.join()
    assert len(iam.users()) == 8


def test_an_account_closed_first_leaves_the_other_shared():
    with mock_aws():
        outer, inner = FakeIAM(), FakeIAM()
        outer.open()
        inner.open()
        outer.close()
        make_user("Chen")
        assert [user.name for user in inner.users()] == ["Chen"]
        inner.close()


def test_an_account_that_is_reset_stays_shared(iam):
    make_user("Chen")
    iam.reset()
    assert dict(backend_of().users) == {}
    make_user("Dora")
    assert [user.name for user in iam.users()] == ["Dora"]


def test_roles_are_dumped(iam):
    arn = make_role()
    client().put_role_policy(
        RoleName=arn.rpartition("/")[2], PolicyName="p", PolicyDocument=DOCUMENT
    )
    (role,) = iam.dump()["RoleDetailList"]
    assert role["Arn"] == arn
    assert isinstance(role["AssumeRolePolicyDocument"], dict)
    assert role["RolePolicyList"] == [{"PolicyName": "p", "PolicyDocument": json.loads(DOCUMENT)}]
