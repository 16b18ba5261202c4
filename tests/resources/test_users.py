"""Users: names in any case, tags and boundary, paths, conflicts."""

from __future__ import annotations

import pytest


def test_a_user_is_made_with_all_that_is_asked(ask):
    boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
    made = ask(
        "CreateUser",
        UserName="Anika",
        Path="/team/",
        Tags=[{"Key": "Team", "Value": "git"}],
        PermissionsBoundary=boundary,
    )
    user = made.result["User"]
    assert user["Arn"] == "arn:aws:iam::123456789012:user/team/Anika"
    assert user["UserId"].startswith("AIDA")
    assert len(user["UserId"]) == 21
    assert user["Tags"] == [{"Key": "Team", "Value": "git"}]
    assert user["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": boundary,
    }
    assert ask("GetUser", UserName="aNIKA").result["User"] == user


def test_a_list_gives_neither_tags_nor_boundary(ask):
    ask("CreateUser", UserName="Anika", Tags=[{"Key": "Team", "Value": "git"}])
    (user,) = ask("ListUsers").result["Users"]
    assert sorted(user) == ["Arn", "CreateDate", "Path", "UserId", "UserName"]


def test_tag_keys_differ_by_more_than_case(ask):
    tags = [{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}]
    answer = ask("CreateUser", UserName="Anika", Tags=tags)
    assert answer.code == "InvalidInput"
    assert answer.message.startswith("Duplicate tag keys found.")


def test_a_path_prefix_is_a_plain_prefix_of_the_path(iam, ask):
    for name, path in [("a", "/"), ("b", "/team/"), ("c", "/teams/x/"), ("d", "/other/")]:
        iam.add_user(name, path)
    listed = ask("ListUsers", PathPrefix="/team")
    assert [user["UserName"] for user in listed.result["Users"]] == ["b", "c"]


def test_a_rename_keeps_the_id_and_takes_all_along(iam, ask):
    user = iam.add_user("Anika")
    credential = iam.add_credential("Anika", "codecommit.amazonaws.com")
    ask("CreateAccessKey", UserName="Anika")
    before = user.id, user.created
    answer = ask("UpdateUser", UserName="anika", NewUserName="Annika", NewPath="/x/")
    assert answer.status == 200
    assert (user.id, user.created) == before
    assert (user.name, user.path) == ("Annika", "/x/")
    assert user.arn == "arn:aws:iam::123456789012:user/x/Annika"
    assert credential.user_name == "Annika"
    (key,) = ask("ListAccessKeys", UserName="Annika").result["AccessKeyMetadata"]
    assert key["UserName"] == "Annika"
    assert ask("GetUser", UserName="Anika").code == "NoSuchEntity"


def test_a_path_alone_can_be_changed(iam, ask):
    user = iam.add_user("Anika")
    assert ask("UpdateUser", UserName="Anika", NewPath="/x/").status == 200
    assert (user.name, user.path) == ("Anika", "/x/")


def test_a_rename_alone_keeps_the_path(iam, ask):
    user = iam.add_user("Anika", "/team/")
    assert ask("UpdateUser", UserName="Anika", NewUserName="Annika").status == 200
    assert (user.name, user.path) == ("Annika", "/team/")


def test_a_user_can_be_renamed_to_its_name_in_another_case(iam, ask):
    user = iam.add_user("anika")
    assert ask("UpdateUser", UserName="anika", NewUserName="Anika").status == 200
    assert user.name == "Anika"


def test_a_name_that_is_taken_is_refused_in_any_case(iam, ask):
    iam.add_user("Anika")
    iam.add_user("sofia")
    answer = ask("UpdateUser", UserName="sofia", NewUserName="ANIKA")
    assert (answer.code, answer.message) == (
        "EntityAlreadyExists",
        "User with name ANIKA already exists.",
    )


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            "CreateServiceSpecificCredential",
            "Cannot delete entity, must remove referenced objects first.",
        ),
        ("CreateAccessKey", "Cannot delete entity, must delete access keys first."),
    ],
)
def test_a_user_that_holds_something_is_not_deleted(iam, ask, operation, message):
    iam.add_user("Anika")
    service = {"ServiceName": "codecommit.amazonaws.com"} if "Service" in operation else {}
    ask(operation, UserName="Anika", **service)
    answer = ask("DeleteUser", UserName="Anika")
    assert (answer.status, answer.code, answer.message) == (409, "DeleteConflict", message)
    assert iam.user("Anika")


def test_a_user_that_holds_nothing_is_deleted(iam, ask):
    iam.add_user("Anika")
    assert ask("DeleteUser", UserName="anika").status == 200
    assert iam.users() == []
