"""A real account's state as a test's, and back."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from waist import Waist

from pytest_sscred import FakeIAM

# As the AWS CLI Command Reference prints list-service-specific-credentials, two services.
PRINTED = {
    "ServiceSpecificCredentials": [
        {
            "UserName": "sofia",
            "Status": "Inactive",
            "ServiceUserName": "sofia-at-123456789012",
            "CreateDate": "2019-04-18T20:45:36+00:00",
            "ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE",
            "ServiceName": "codecommit.amazonaws.com",
        },
        {
            "UserName": "BedrockAPIKey-a1b2",
            "Status": "Expired",
            "ServiceCredentialAlias": "BedrockAPIKey-a1b2-at-123456789012",
            "CreateDate": "2025-07-01T00:00:00Z",
            "ExpirationDate": "2025-07-31T00:00:00Z",
            "ServiceSpecificCredentialId": "ACCAEXAMPLE456EXAMPLE",
            "ServiceName": "bedrock.amazonaws.com",
        },
    ]
}
USERS = {
    "Users": [
        {
            "UserName": "Li",
            "Path": "/team/",
            "CreateDate": "2018-12-14T03:13:02+00:00",
            "UserId": "AIDAEXAMPLEEXAMPLEEXA",
            "Arn": "arn:aws:iam::123456789012:user/team/Li",
        }
    ]
}


@pytest.mark.parametrize("form", ["object", "json", "path"])
def test_what_the_cli_prints_is_loaded(iam, tmp_path, form):
    path = tmp_path / "printed.json"
    path.write_text(json.dumps(PRINTED))
    first, second = iam.load({"object": PRINTED, "json": json.dumps(PRINTED), "path": path}[form])
    assert (first.id, first.user_name, first.status) == (
        "ACCAEXAMPLE123EXAMPLE",
        "sofia",
        "Inactive",
    )
    assert first.service_user_name == "sofia-at-123456789012"
    assert first.created == dt.datetime(2019, 4, 18, 20, 45, 36, tzinfo=dt.timezone.utc)
    assert (second.status, second.alias) == ("Expired", "BedrockAPIKey-a1b2-at-123456789012")
    assert second.secret.startswith("ABSK")
    assert [(each.operation, each.caller) for each in first.transitions] == [("load", "test")]
    assert second.statuses == ["Active", "Expired"]
    assert [(each.operation, each.caller, each.at) for each in second.transitions] == [
        ("load", "test", second.created),
        ("ExpirationDate", "clock", second.expires),
    ]


def test_what_was_loaded_is_worked_on(iam, ask):
    iam.load(PRINTED)
    answer = ask(
        "UpdateServiceSpecificCredential",
        UserName="sofia",
        ServiceSpecificCredentialId="ACCAEXAMPLE123EXAMPLE",
        Status="Active",
    )
    assert answer.status == 200
    made = ask(
        "CreateServiceSpecificCredential", UserName="sofia", ServiceName="codecommit.amazonaws.com"
    )
    member = made.result["ServiceSpecificCredential"]
    assert member["ServiceUserName"] == "sofia+1-at-123456789012"


def test_users_are_loaded(iam):
    iam.load(USERS)
    user = iam.user("li")
    assert (user.id, user.path, user.arn) == (
        "AIDAEXAMPLEEXAMPLEEXA",
        "/team/",
        "arn:aws:iam::123456789012:user/team/Li",
    )


def test_what_is_dumped_loads_to_the_same(iam):
    iam.load({**USERS, **PRINTED})
    iam.add_credential("Li", "logs.amazonaws.com", age_days=1)
    dumped = json.loads(json.dumps(iam.dump()))
    assert "FakePytestSscred" not in str(dumped)
    again = FakeIAM(seed="again")
    again.load(dumped)
    assert again.dump() == dumped


def test_what_boto3_gives_is_loaded_too(iam, ask):
    iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=3)
    listed = ask("ListServiceSpecificCredentials", AllUsers=True).result
    (copy,) = FakeIAM(seed="copy").load(listed)
    assert copy.expires == iam.credentials()[0].expires


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Status": "Off"}, "has a Status 'Off'"),
        ({"ServiceName": "keyspaces.amazonaws.com"}, "AWS calls it 'cassandra"),
        ({"UserName": None}, "UserName is not text in an object"),
        ({"UserName": "a b"}, "DeleteServiceSpecificCredential would refuse this"),
        ({"ServiceSpecificCredentialId": "short"}, "DeleteServiceSpecificCredential would refuse"),
        ({"ExpirationDate": None}, "is Expired without an ExpirationDate that has passed"),
        ({"ExpirationDate": "2999-01-01T00:00:00Z"}, "move the clock past it first"),
        (
            {"ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE"},
            "the credential 'ACCAEXAMPLE123EXAMPLE' stands in it twice",
        ),
        (
            {
                "ServiceName": "codecommit.amazonaws.com",
                "ServiceUserName": "sofia-at-123456789012",
            },
            "the name 'sofia-at-123456789012 for codecommit.amazonaws.com' stands in it twice",
        ),
        ({"CreateDate": "yesterday"}, "'yesterday' is not a date as the AWS CLI prints one"),
        ({"CreateDate": "0001-01-01T00:00:00+05:00"}, "is not a date as the AWS CLI prints one"),
        ({"CreateDate": 1555620336}, "CreateDate is not text in an object of UserName, Status"),
        (
            {"CreateDate": "2021-01-02T00:00:00Z", "ExpirationDate": "2021-01-01T00:00:00Z"},
            "an ExpirationDate that is not after its CreateDate",
        ),
    ],
)
def test_what_has_another_shape_is_refused_and_nothing_put_in(iam, change, message):
    first, second = PRINTED["ServiceSpecificCredentials"]
    with pytest.raises(ValueError, match=message):
        iam.load({"ServiceSpecificCredentials": [first, {**second, **change}]})
    assert iam.users() == iam.credentials() == []


def test_a_user_twice_is_refused(iam):
    (user,) = USERS["Users"]
    with pytest.raises(ValueError, match="the user 'li' stands in it twice"):
        iam.load({"Users": [user, {**user, "UserName": "LI"}]})
    with pytest.raises(ValueError, match=f"the UserId '{user['UserId']}' stands in it twice"):
        iam.load({"Users": [user, {**user, "UserName": "Lu"}]})
    with pytest.raises(ValueError, match="Path is not text in an object of "):
        iam.load({"Users": [{**user, "Path": None}]})


@pytest.mark.parametrize(
    "data", [{}, "[]", "{", {"Roles": []}, '{"a": 1}', {"Users": None}, {"Users": ["x"]}]
)
def test_what_is_no_list_of_iam_is_refused(iam, data):
    with pytest.raises(ValueError, match=r"load takes|Expecting"):
        iam.load(data)


def test_what_is_there_already_is_refused(iam):
    iam.load({**USERS, **PRINTED})
    with pytest.raises(ValueError, match="has a user 'Li' already"):
        iam.load(USERS)
    with pytest.raises(ValueError, match="has a credential 'ACCAEXAMPLE123EXAMPLE' already"):
        iam.load(PRINTED)
    with pytest.raises(ValueError, match="has a user with the UserId"):
        iam.load({"Users": [{**USERS["Users"][0], "UserName": "Lu"}]})


def test_a_name_that_a_credential_has_already_is_refused(iam):
    iam.add_credential("sofia", "codecommit.amazonaws.com")
    first = {**PRINTED["ServiceSpecificCredentials"][0], "ServiceUserName": "Sofia-at-123456789012"}
    with pytest.raises(ValueError, match=r"has a credential '.*' for codecommit.* already"):
        iam.load({"ServiceSpecificCredentials": [first]})


def test_ids_that_were_loaded_are_not_made_again(iam):
    """A test that loads its own dump has the seed of what it loads."""
    key = iam.add_credential("Anika", "bedrock.amazonaws.com")
    copy = FakeIAM()
    copy.load(iam.dump())
    made = copy.add_credential("sofia", "bedrock.amazonaws.com")
    assert made.id != key.id
    assert len({user.id for user in copy.users()}) == 2
    assert [each.user_name for each in copy.credentials()] == ["Anika", "sofia"]


def test_no_value_of_what_is_refused_is_told(iam):
    """It may be a secret, and one of the real world."""
    with pytest.raises(ValueError, match="Status is missing in an object of") as caught:
        iam.load(
            {
                "ServiceSpecificCredentials": [
                    {"ServicePassword": "hunter2", "ServiceSpecificCredentialId": "A" * 20}
                ]
            }
        )
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_of_powershell_is_read_too(iam, tmp_path, encoding):
    path = tmp_path / "listed.json"
    path.write_bytes(json.dumps(PRINTED).encode(encoding))
    assert len(iam.load(path)) == 2
    copy = FakeIAM()
    assert len(copy.load(path.read_bytes())) == 2
    assert len(FakeIAM().load("\ufeff" + json.dumps(PRINTED))) == 2


def test_what_is_no_text_at_all_is_refused(iam):
    with pytest.raises(ValueError, match="this is not JSON"):
        iam.load(b"\xff\xfe\x00")


def test_many_make_pages(iam, ask):
    made = iam.add_many(101)
    assert len({each.user_name for each in made}) == 101
    assert ask("ListServiceSpecificCredentials", AllUsers=True).result["IsTruncated"]
    with pytest.raises(ValueError, match=r"user_name takes a name with \{\} in it"):
        iam.add_many(2, user_name="Anika")
    with pytest.raises(ValueError, match="number takes a whole number from 1"):
        iam.add_many(0)


def test_a_key_of_the_bedrock_console(iam):
    first, second = iam.add_bedrock_key(), iam.add_bedrock_key(age_days=None)
    assert first.user_name.startswith("BedrockAPIKey-")
    assert len(first.user_name) == len("BedrockAPIKey-xxxx")
    assert first.expires - first.created == dt.timedelta(days=30)
    assert second.expires is None
    assert first.user_name != second.user_name


def test_what_is_dumped_has_tags_boundary_and_access_keys(iam, ask):
    boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
    tags = [{"Key": "Team", "Value": "red"}, {"Key": "a b", "Value": ""}]
    ask("CreateUser", UserName="Anika", Tags=tags, PermissionsBoundary=boundary)
    key = ask("CreateAccessKey", UserName="Anika").result["AccessKey"]
    ask("UpdateAccessKey", UserName="Anika", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    dumped = json.loads(json.dumps(iam.dump()))
    assert key["SecretAccessKey"] not in str(dumped)
    again = FakeIAM(seed="again")
    again.load(dumped)
    assert again.dump() == dumped
    ask = Waist(again)
    user = ask("GetUser", UserName="Anika").result["User"]
    assert user["Tags"] == tags
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    (listed,) = ask("ListAccessKeys", UserName="Anika").result["AccessKeyMetadata"]
    assert (listed["AccessKeyId"], listed["Status"]) == (key["AccessKeyId"], "Inactive")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Tags": [{"Key": "a"}]}, "Value is missing in an object of Key"),
        ({"Tags": {"a": "b"}}, "Tags is not a list of objects"),
        ({"Tags": [{"Key": "", "Value": ""}]}, "CreateUser would refuse this"),
        ({"PermissionsBoundary": "arn"}, "PermissionsBoundary is not an object"),
        ({"PermissionsBoundary": {}}, "PermissionsBoundaryArn is missing"),
    ],
)
def test_what_hangs_on_a_user_is_checked(iam, change, message):
    with pytest.raises(ValueError, match=message):
        iam.load({"Users": [{**USERS["Users"][0], **change}]})
    assert iam.users() == []


def test_access_keys_expire_never(iam):
    member = {
        "UserName": "Li",
        "AccessKeyId": "AKIA" + "A" * 16,
        "Status": "Expired",
        "CreateDate": "2018-12-14T03:13:02+00:00",
    }
    with pytest.raises(ValueError, match="has a Status 'Expired'"):
        iam.load({"AccessKeyMetadata": [member]})


def test_a_failed_load_takes_no_ids_either(iam):
    first, second = PRINTED["ServiceSpecificCredentials"]
    with pytest.raises(ValueError, match="has a Status 'Off'"):
        iam.load({"ServiceSpecificCredentials": [first, {**second, "Status": "Off"}]})
    untouched = FakeIAM()
    assert iam.add_credential("Li", "bedrock.amazonaws.com").secret == (
        untouched.add_credential("Li", "bedrock.amazonaws.com").secret
    )
    assert iam.user("Li").id == untouched.user("Li").id
