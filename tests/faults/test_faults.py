"""Faults: what they answer, which calls they take, what they refuse to be."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from minimal import minimal
from names import CODECOMMIT, UPDATE

from pytest_sscred import FakeIAM
from pytest_sscred.protocol.model import load_model


@pytest.fixture
def anika(iam):
    return iam.add_credential("Anika", "codecommit.amazonaws.com")


@pytest.fixture
def update(ask, anika):
    def update(credential=anika, **params):
        about = {
            "UserName": credential.user_name,
            "ServiceSpecificCredentialId": credential.id,
            "Status": "Inactive",
        }
        return ask(UPDATE, **{**about, **params})

    return update


def test_a_fault_answers_once_and_nothing_is_done(iam, update, anika):
    fault = iam.add_fault("NoSuchEntity", on=UPDATE)
    answer = update()
    assert (answer.status, answer.code, answer.message) == (
        404,
        "NoSuchEntity",
        "The user with name Anika cannot be found.",
    )
    assert anika.statuses == ["Active"]
    assert fault.hits == 1
    assert update().status == 200
    assert fault.hits == 1
    assert [call.error for call in iam.calls] == ["NoSuchEntity", None]


def test_times_and_after_count_the_calls_meant(iam, update):
    fault = iam.add_fault("ServiceFailure", on=UPDATE, times=2, after=1)
    assert [update().code for _ in range(5)] == [
        None,
        "ServiceFailure",
        "ServiceFailure",
        None,
        None,
    ]
    assert fault.hits == 2


def test_without_times_it_answers_always(iam, update):
    fault = iam.add_fault("AccessDenied", on=UPDATE, times=None)
    assert {update().code for _ in range(5)} == {"AccessDenied"}
    assert fault.hits == 5


def test_a_user_filters_in_any_case_and_by_the_caller(iam, ask, update):
    sofia = iam.add_credential("sofia", "codecommit.amazonaws.com")
    fault = iam.add_fault("NoSuchEntity", on=UPDATE, user_name="SOFIA", times=None)
    assert update().status == 200
    assert update(sofia).code == "NoSuchEntity"
    key = ask("CreateAccessKey", UserName="sofia").result["AccessKey"]["AccessKeyId"]
    answer = ask(UPDATE, key, ServiceSpecificCredentialId=sofia.id, Status="Active")
    assert answer.code == "NoSuchEntity"
    assert fault.hits == 2


def test_a_user_filter_takes_no_call_that_is_about_no_user(iam, ask):
    iam.add_fault("ServiceFailure", on="ListUsers", user_name="Anika")
    assert ask("ListUsers").status == 200


def test_a_credential_filters_by_handle_or_id(iam, update, anika):
    other = iam.add_credential("Anika", "codecommit.amazonaws.com")
    by_handle = iam.add_fault("Throttling", on=UPDATE, credential_id=other)
    by_id = iam.add_fault("Throttling", on=UPDATE, credential_id=anika.id)
    assert update(other).code == "Throttling"
    assert (by_handle.hits, by_id.hits) == (1, 0)
    assert update().code == "Throttling"
    assert by_id.hits == 1


def test_the_first_fault_that_takes_a_call_answers_it(iam, update):
    first = iam.add_fault("Throttling", on=UPDATE)
    second = iam.add_fault("ServiceFailure", on=UPDATE)
    assert [update().code for _ in range(3)] == ["Throttling", "ServiceFailure", None]
    assert (first.hits, second.hits) == (1, 1)


def test_a_call_that_iam_would_refuse_anyway_meets_no_fault(iam, update):
    fault = iam.add_fault("Throttling", on=UPDATE)
    assert update(Status="Off").code == "ValidationError"
    assert fault.hits == 0


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        ("Throttling", 400, "Rate exceeded"),
        (
            "AccessDenied",
            403,
            "User: arn:aws:sts::123456789012:assumed-role/Administrator/pytest-sscred is not "
            f"authorized to perform: iam:{UPDATE} on resource: user Anika because no "
            f"identity-based policy allows the iam:{UPDATE} action",
        ),
        ("InvalidClientTokenId", 403, "The security token included in the request is invalid."),
        ("ExpiredToken", 403, "The security token included in the request is expired"),
        ("RequestExpired", 400, "Request has expired."),
        (
            "ServiceFailure",
            500,
            "The request processing has failed because of an unknown error.",
        ),
        (
            "ServiceUnavailable",
            503,
            "The request has failed due to a temporary failure of the server.",
        ),
    ],
)
def test_an_error_has_awss_status_and_words(iam, update, code, status, message):
    iam.add_fault(code, on=UPDATE)
    answer = update()
    assert (answer.status, answer.code, answer.message) == (status, code, message)


def test_a_modelled_error_without_better_words_has_the_models(iam, ask):
    iam.add_user("Anika")
    iam.add_fault("EntityTemporarilyUnmodifiable", on="UpdateUser")
    answer = ask("UpdateUser", UserName="Anika")
    assert answer.status == 409
    assert answer.message.startswith("The request was rejected because")


def test_a_message_can_be_given(iam, update):
    iam.add_fault("NoSuchEntity", on=UPDATE, message="gone & lost")
    assert update().message == "gone & lost"


@pytest.mark.parametrize(
    ("spelt", "code"),
    [
        ("NoSuchEntityException", "NoSuchEntity"),
        ("ServiceNotSupportedException", "NotSupportedService"),
        ("NotSupportedService", "NotSupportedService"),
        ("LimitExceededException", "LimitExceeded"),
        ("ThrottlingException", "Throttling"),
        ("AccessDeniedException", "AccessDenied"),
    ],
)
def test_code_or_class_will_do(iam, spelt, code):
    assert iam.add_fault(spelt, on="CreateServiceSpecificCredential").code == code


def test_every_error_of_every_faked_operation_can_be_injected(iam, ask):
    from pytest_sscred.resources import OPERATIONS

    model = load_model()
    iam.add_user("Anika")
    for operation in OPERATIONS:
        params = minimal(operation)
        for code in model.error_codes(operation):
            with iam.add_fault(code, on=operation) as fault:
                answer = ask(operation, **params)
            assert (answer.code, answer.status) == (code, model.errors[code].status)
            assert fault.hits == 1


def test_a_call_about_the_service_that_was_refused_before_the_fault_is_told(iam, update, anika):
    iam.add_fault("ServiceFailure", on=UPDATE, service_name=CODECOMMIT)
    assert update(Status="Off").code == "ValidationError"
    (problem,) = iam.problems()
    assert (
        "- seen: 1 matching call, answered with ValidationError before faults are looked at"
        in problem
    )


def test_a_call_from_before_the_fault_is_told_as_such(iam, ask):
    ask("ListUsers")
    iam.add_fault("AccessDenied", on="ListUsers")
    assert "- seen: 1 matching call, made before the fault was added" in iam.problems()[0]


def test_a_caller_is_a_user_its_name_or_its_arn(iam, ask):
    anika = iam.add_user("Anika", path="/team/")
    key = ask("CreateAccessKey", UserName="Anika").result["AccessKey"]["AccessKeyId"]
    for caller in (anika, "anika", anika.arn):
        with iam.deny("iam:ListUsers", caller=caller):
            assert ask("ListUsers", key).code == "AccessDenied"
            assert ask("ListUsers").code is None
    with pytest.raises(ValueError, match="caller takes a user, its name or its ARN"):
        iam.deny("iam:ListUsers", caller="arn:aws:sts::123456789012:assumed-role/x/y")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("NoSuchEntitty", UPDATE), f"{UPDATE} cannot answer with 'NoSuchEntitty': did you mean "
         "'NoSuchEntity'?"),
        (("LimitExceeded", UPDATE), f"{UPDATE} cannot answer with 'LimitExceeded'"),
        (("NoSuchEntity", "UpdateServiceSpecificCredentials"),
         "'UpdateServiceSpecificCredentials' is not an IAM operation: did you mean "
         f"'{UPDATE}'?"),
        (("NoSuchEntity", "TagUsr"), "'TagUsr' is not an IAM operation: did you mean 'TagUser'?"),
        (("NoSuchEntity", "xyz"), "'xyz' is not an IAM operation: none of the 114 that are"),
        (("xyz", UPDATE), "cannot answer with 'xyz': none of the 24 has"),
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_refused_at_once(iam, arguments, message):
    error, on = arguments
    with pytest.raises(ValueError, match=re.escape(message)):
        iam.add_fault(error, on=on)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"times": 0}, "times takes a whole number from 1, not 0"),
        ({"times": True}, "times takes a whole number"),
        ({"times": "2"}, "times takes a whole number"),
        ({"after": -1}, "after takes a whole number from 0, not -1"),
        ({"after": None}, "after takes a whole number"),
        ({"credential_id": "A" * 20}, "ListUsers names no credential"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(iam, options, message):
    with pytest.raises(ValueError, match=message):
        iam.add_fault("Throttling", on="ListUsers", **options)


def test_where_a_fault_was_added_is_told_on_another_drive_too(iam, monkeypatch, tmp_path):
    def relpath(path):
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.path.relpath", relpath)
    assert iam.add_fault("Throttling", on="ListUsers").added_at.startswith(__file__)


def test_a_fault_shows_itself(iam):
    fault = iam.add_fault("NoSuchEntity", on=UPDATE, user_name="Anika")
    assert repr(fault).startswith("Fault(code='NoSuchEntity', on='UpdateServiceSpecific")
    assert "test_faults.py:" in fault.added_at


# When


def answers(update, number):
    return "".join("F" if update().code else "P" for _ in range(number))


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({}, "FPPPPPPP"),
        ({"times": None}, "FFFFFFFF"),
        ({"times": 2, "after": 1}, "PFFPPPPP"),
        ({"every": 3}, "PPFPPFPP"),
        ({"every": 2, "times": 2}, "PFPFPPPP"),
        ({"every": 2, "times": 1}, "PFPPPPPP"),
        ({"every": 2, "after": 1}, "PPFPFPFP"),
        ({"every": 2, "after": 3, "times": 2}, "PPPPFPFP"),
        ({"every": 3, "after": 1, "times": 1}, "PPPFPPPP"),
        ({"every": 1, "after": 4}, "PPPPFFFF"),
        ({"sequence": "FFPF"}, "FFPFPPPP"),
        ({"sequence": "F", "after": 2}, "PPFPPPPP"),
        ({"probability": 1}, "FFFFFFFF"),
        ({"probability": 1.0, "after": 3}, "PPPFFFFF"),
    ],
    ids=str,
)
def test_a_schedule_says_which_of_the_calls_fail(iam, update, schedule, expected):
    fault = iam.add_fault("ServiceFailure", on=UPDATE, **schedule)
    assert answers(update, 8) == expected
    assert fault.hits == expected.count("F")


def test_chance_is_the_seeds(update, iam):
    from waist import Waist

    from pytest_sscred import FakeIAM

    def drawn(seed):
        account = FakeIAM(seed=seed)
        account.add_fault("ServiceFailure", on="ListUsers", probability=0.5)
        ask = Waist(account)
        return "".join("F" if ask("ListUsers").code else "P" for _ in range(40))

    assert drawn("a") == drawn("a") != drawn("b")
    assert 5 < drawn("a").count("F") < 35


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ({"every": 0}, "every takes a whole number from 1"),
        ({"every": 2, "sequence": "F"}, "give one of every, sequence and probability"),
        ({"sequence": "PP"}, "sequence takes letters F and P, an F at least"),
        ({"sequence": "FX"}, "sequence takes letters F and P"),
        ({"sequence": "F", "times": 2}, "times says nothing beside sequence"),
        ({"probability": 0.5, "times": 2}, "times says nothing beside .* probability"),
        ({"probability": 0.5, "times": None}, "times says nothing beside .* probability"),
        ({"probability": 0}, "probability takes a number over 0"),
        ({"probability": 2}, "up to 1, not 2"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(iam, schedule, message):
    with pytest.raises(ValueError, match=message):
        iam.add_fault("Throttling", on=UPDATE, **schedule)


# About what


def test_a_service_filters_by_parameter_and_by_the_credentials_own(iam, ask, update):
    key = iam.add_credential("Anika", "bedrock.amazonaws.com")
    iam.add_fault("ServiceFailure", on=UPDATE, service_name="bedrock.amazonaws.com")
    assert update().status == 200
    assert update(key).code == "ServiceFailure"
    create = "CreateServiceSpecificCredential"
    iam.add_fault("ServiceFailure", on=create, service_name="bedrock.amazonaws.com")
    assert ask(create, UserName="Anika", ServiceName="Bedrock.amazonaws.com").code


def test_a_caller_filters(iam, ask, update):
    iam.add_user("sofia")
    iam.deny("iam:UpdateServiceSpecificCredential", caller="sofia")
    assert update().status == 200
    iam.act_as("sofia")
    answer = update()
    assert answer.code == "AccessDenied"
    assert "user/sofia is not authorized to perform: iam:UpdateServiceSp" in answer.message


def test_what_is_denied_is_denied_until_it_is_lifted(iam, update, anika):
    denied = iam.deny("iam:UpdateServiceSpecificCredential", user_name="Anika")
    assert {update().code for _ in range(3)} == {"AccessDenied"}
    denied.remove()
    assert update().status == 200
    with iam.deny("iam:UpdateServiceSpecificCredential"):
        assert update().code == "AccessDenied"
    assert update().status == 200


ADMINISTRATORS = "arn:aws:iam::123456789012:policy/admins"


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("GetUser", {"UserName": "ANIKA"}, "user ANIKA"),
        ("GetUser", {}, "user sofia"),
        ("ListAccessKeys", {}, "user nullsofia"),
        ("ListAccessKeys", {"UserName": "Anika"}, "user Anika"),
        ("AddUserToGroup", {"UserName": "Anika", "GroupName": "git"}, "group git"),
        ("AttachUserPolicy", {"UserName": "Anika", "PolicyArn": ADMINISTRATORS}, "user Anika"),
        ("GetPolicy", {"PolicyArn": ADMINISTRATORS}, f"policy {ADMINISTRATORS}"),
        ("CreatePolicy", {"PolicyName": "p", "PolicyDocument": "{}"}, "policy p"),
        ("CreateUser", {"UserName": "new"}, "arn:aws:iam::123456789012:user/new"),
        ("CreateGroup", {"GroupName": "g", "Path": "/a/"}, "arn:aws:iam::123456789012:group/a/g"),
        (
            "CreateVirtualMFADevice",
            {"VirtualMFADeviceName": "d"},
            "arn:aws:iam::123456789012:mfa/d",
        ),
        ("ListUsers", {}, "arn:aws:iam::123456789012:user/"),
        ("ListPolicies", {}, "policy path /"),
        ("GetAccountSummary", {}, "*"),
    ],
)
def test_a_denial_names_its_resource(iam, ask, operation, params, resource):
    iam.add_user("sofia")
    iam.act_as("sofia")
    iam.deny(f"iam:{operation}")
    assert f" on resource: {resource} because " in ask(operation, **params).message


@pytest.mark.parametrize(
    ("operation", "params", "text"),
    [
        ("GetUser", {"UserName": "Anika"}, "The user with name Anika cannot be found."),
        ("ListAccessKeys", {}, "The user with name sofia cannot be found."),
        ("GetGroup", {"GroupName": "git"}, "The group with name git cannot be found."),
        ("GetPolicy", {"PolicyArn": ADMINISTRATORS}, f"Policy {ADMINISTRATORS} was not found."),
        ("GetRole", {"RoleName": "r"}, "The role with name r cannot be found."),
    ],
)
def test_what_is_not_there_is_named(iam, ask, operation, params, text):
    iam.add_user("sofia")
    iam.act_as("sofia")
    iam.add_fault("NoSuchEntity", on=operation)
    assert ask(operation, **params).message == text


@pytest.mark.parametrize(
    ("code", "operation", "params"),
    [
        ("NoSuchEntity", "GetAccountPasswordPolicy", {}),
        ("DeleteConflict", "DeleteGroup", {"GroupName": "git"}),
    ],
)
def test_what_has_no_text_of_its_own_has_the_models(iam, ask, code, operation, params):
    iam.add_fault(code, on=operation)
    assert ask(operation, **params).message.startswith("The request was rejected because")


def test_a_user_with_something_left_is_not_deleted_in_iams_words(iam, ask):
    iam.add_user("Anika")
    iam.add_fault("DeleteConflict", on="DeleteUser")
    message = "Cannot delete entity, must remove referenced objects first."
    assert ask("DeleteUser", UserName="Anika").message == message


@pytest.mark.parametrize("action", ["DeleteUser", "s3:GetObject", "iam:", "iam:Fly"])
def test_an_action_is_one_of_iams(iam, action):
    with pytest.raises(ValueError, match=r"deny takes an action|is not an IAM operation"):
        iam.deny(action)


# After the change


def test_an_applied_fault_makes_the_change_and_loses_the_answer(iam, update, anika):
    iam.add_fault("ServiceFailure", on=UPDATE, applied=True)
    assert update().code == "ServiceFailure"
    iam.assert_deactivated(anika)


def test_what_happens_before_a_call_is_seen_by_it(iam, ask, update, anika):
    interruption = iam.before(UPDATE, lambda: iam.remove_user("Anika"))
    assert update().code == "NoSuchEntity"
    assert update().code == "NoSuchEntity"
    assert interruption.hits == 1
    iam.assert_deleted(anika)


def test_what_happens_before_a_call_may_be_the_same_call(iam, update, anika):
    iam.before(UPDATE, update, times=2)
    assert update(Status="Active").status == 200
    assert anika.statuses == ["Active", "Inactive", "Active"]


def test_what_happens_before_a_call_happens_before_none_of_its_own(iam, ask):
    """A second rotator that got there first: its calls are none of the code under test."""
    interruption = iam.before("ListUsers", lambda: ask("ListUsers"), times=None)
    ask("ListUsers")
    assert interruption.hits == 1
    assert len(iam.calls) == 1
    assert iam.problems() == []


def test_what_happens_before_a_call_takes_no_fault_and_breaks_no_rule_of_calls(iam, ask, anika):
    def second_rotator():
        made = ask("CreateServiceSpecificCredential", UserName="Anika", ServiceName=CODECOMMIT)
        about = {"UserName": "Anika", "ServiceSpecificCredentialId": anika.id}
        assert ask(UPDATE, **about, Status="Off").code == "ValidationError"
        assert ask("DeleteServiceSpecificCredential", **about).status == 200
        assert made.code is None

    fault = iam.add_fault("ServiceFailure", on="CreateServiceSpecificCredential")
    changes = iam.require_no_changes()
    deletes = iam.require_deactivated_before_deleted()
    iam.before("ListUsers", second_rotator)
    ask("ListUsers")
    ask("GetUser", UserName="Anika")
    assert (fault.hits, changes.broken, deletes.broken) == (0, None, None)
    assert [call.operation for call in iam.calls] == ["ListUsers", "GetUser"]
    assert anika.transitions[-1].operation == "DeleteServiceSpecificCredential"
    changes.remove()
    ask("CreateServiceSpecificCredential", UserName="Anika", ServiceName=CODECOMMIT)
    assert fault.hits == 1


def test_a_key_that_is_no_more_is_refused_there_too(iam, ask, anika):
    key = ask("CreateAccessKey", UserName="Anika").result["AccessKey"]["AccessKeyId"]
    codes = []
    iam.before("ListUsers", lambda: codes.append(ask("GetUser", key, UserName="Anika").code))
    ask("DeleteAccessKey", UserName="Anika", AccessKeyId=key)
    ask("ListUsers")
    assert codes == ["InvalidClientTokenId"]


def test_something_may_happen_before_every_call(iam, ask):
    interruption = iam.before("ListUsers", lambda: None, times=None)
    for _ in range(3):
        ask("ListUsers")
    assert interruption.hits == 3
    assert iam.problems() == []


def test_what_happens_before_a_call_may_be_taken_back(iam, ask):
    with iam.before("ListUsers", lambda: None, times=None) as interruption:
        ask("ListUsers")
    ask("ListUsers")
    assert interruption.hits == 1


def test_what_raises_before_a_call_is_told_by_the_verdict(iam, ask):
    iam.before("ListUsers", lambda: 1 / 0)
    assert ask("ListUsers").status == 200
    (problem,) = iam.problems()
    assert problem.startswith("the action of before() raised ZeroDivisionError at test_faults.py:")


def test_of_several_exceptions_the_first_is_told(iam, ask):
    errors = [LookupError("first"), LookupError("second")]

    def fail():
        raise errors.pop(0)

    iam.before("ListUsers", fail, times=2)
    ask("ListUsers")
    ask("ListUsers")
    (problem,) = iam.problems()
    assert "- seen: LookupError: first\n" in problem


def test_what_happens_before_a_call_may_wait_for_another_thread(iam, ask):
    def elsewhere():
        thread = threading.Thread(target=lambda: ask("CreateUser", UserName="Anika"))
        thread.start()
        thread.join(10)
        assert not thread.is_alive()

    iam.before("GetUser", elsewhere)
    assert ask("GetUser", UserName="Anika").status == 200
    assert iam.problems() == []


def test_a_call_sees_the_time_and_the_caller_after_what_happened_before_it(iam, ask, update):
    key = iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=1)
    iam.before(UPDATE, lambda: iam.clock.shift(timedelta(days=2)))
    assert update(key).code == "InvalidInput"
    iam.act_as("Anika")
    iam.before("GetUser", lambda: iam.remove_user("Anika"))
    assert ask("GetUser").code == "InvalidClientTokenId"


def test_an_applied_fault_loses_a_refusal_too(iam, ask):
    iam.add_fault("ServiceFailure", on="DeleteUser", applied=True)
    assert ask("DeleteUser", UserName="Ghost").code == "ServiceFailure"


def test_what_predicts_nothing_fails_nothing(iam):
    iam.add_fault("Throttling", on="ListUsers", probability=1e-9)
    iam.deny("iam:DeleteUser")
    iam.add_fault("Throttling", on="ListUsers").remove()
    with iam.add_fault("Throttling", on="GetUser"):
        pass
    iam.before("ListUsers", lambda: None).remove()
    assert iam.problems() == []


def test_a_fault_answers_what_the_fake_lacks(iam, ask):
    iam.add_fault("EntityAlreadyExists", on="CreateInstanceProfile")
    iam.deny("iam:CreateInstanceProfile")
    codes = [ask("CreateInstanceProfile", InstanceProfileName="git").code for _ in range(2)]
    assert codes == ["EntityAlreadyExists", "AccessDenied"]
    iam.assert_called("CreateInstanceProfile", times=2, InstanceProfileName="git")
    assert iam.problems() == []


def test_what_never_happens_is_told(iam):
    iam.before(UPDATE, lambda: None)
    (problem,) = iam.problems()
    assert problem.startswith(f"before() never ran its action: {UPDATE}\n")
    assert "test_faults.py:" in problem
    with pytest.raises(TypeError, match="before takes a function"):
        iam.before(UPDATE, None)


def test_a_client_error_stands_for_its_code_and_message(iam, ask):
    with pytest.raises(TypeError, match=r"^give an instance, ClientError\(.*\), or a name"):
        iam.add_fault(ClientError, on="ListUsers")
    mine = ClientError({"Error": {"Code": "Throttling", "Message": "mine"}}, "ListUsers")
    iam.add_fault(mine, on="ListUsers")
    answer = ask("ListUsers")
    assert (answer.code, answer.message) == ("Throttling", "mine")
    plain = ClientError({"Error": {"Code": "NoSuchEntity"}}, "GetUser")
    iam.add_fault(plain, on="GetUser", message="other words")
    assert ask("GetUser", UserName="Anika").message == "other words"
    wrong = ClientError({"Error": {"Code": "NoSuchBucket"}}, "GetUser")
    with pytest.raises(ValueError, match="GetUser cannot answer with 'NoSuchBucket'"):
        iam.add_fault(wrong, on="GetUser")


@pytest.mark.parametrize("action", ["iam:*", "iam:List*", "iam:list?sers"])
def test_several_actions_are_denied_by_a_pattern(iam, ask, action):
    fault = iam.deny(action)
    assert ask("ListUsers").code == "AccessDenied"
    assert (ask("CreateUser", UserName="Anika").code is None) == (action != "iam:*")
    assert fault.on == action.removeprefix("iam:")
    fault.remove()
    assert ask("ListUsers").code is None


@pytest.mark.parametrize("action", ["iam:Fly*", "s3:*", "*", "iam:[L]*"])
def test_a_pattern_that_fits_no_action_is_refused(iam, action):
    with pytest.raises(ValueError, match=r"fits no action of IAM|deny takes an action of IAM"):
        iam.deny(action)


def test_what_never_happens_may_be_allowed():
    iam = FakeIAM(unused_faults="allow")
    iam.before("GetUser", lambda: None)
    iam.add_fault("Throttling", on="GetUser")
    assert iam.problems() == []


def test_a_handle_is_of_a_kind_that_the_operation_names(iam):
    key = iam.add_credential("Anika", CODECOMMIT)
    with pytest.raises(ValueError, match="UpdateAccessKey names no credential"):
        iam.add_fault("Throttling", on="UpdateAccessKey", credential_id=key)


def test_a_fault_of_a_service_takes_no_call_about_what_is_deleted(iam, ask):
    key = iam.add_credential("Anika", CODECOMMIT)
    iam.remove_credential(key)
    on = "DeleteServiceSpecificCredential"
    fault = iam.add_fault("AccessDenied", on=on, service_name=CODECOMMIT)
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": key.id}
    assert ask("DeleteServiceSpecificCredential", **about).code == "NoSuchEntity"
    assert fault.hits == 0
    assert repr(fault).endswith("hits=0)")


def test_what_is_due_before_a_call_is_claimed_under_the_lock(iam, ask, monkeypatch):
    """Or two threads' calls would both have it happen."""
    from pytest_sscred.faults.faults import Interruption

    claim, held = Interruption.claim, []

    def claiming(interruption, operation):
        held.append(iam._account.lock._is_owned())
        return claim(interruption, operation)

    monkeypatch.setattr(Interruption, "claim", claiming)
    iam.before("ListUsers", lambda: held.append(iam._account.lock._is_owned()))
    ask("ListUsers")
    assert held == [True, False], "it happens unlocked"


def test_chances_are_drawn_for_each_fault_anew(iam, ask):
    drawn = []
    for _ in range(3):
        with iam.add_fault("ServiceFailure", on="ListUsers", probability=0.5):
            drawn.append("".join("F" if ask("ListUsers").code else "P" for _ in range(40)))
    assert len(set(drawn)) == 3


def test_what_happens_before_a_call_happens_once_at_least(iam):
    with pytest.raises(ValueError, match="times takes a whole number from 1, not 0"):
        iam.before("ListUsers", lambda: None, times=0)


@pytest.mark.parametrize(("number", "more"), [(2, None), (8, None), (9, "- and 1 more")])
def test_of_many_faults_that_never_fired_eight_are_told(iam, number, more):
    for _ in range(number):
        iam.add_fault("Throttling", on="ListUsers")
    (problem,) = iam.problems()
    told = problem.splitlines()
    assert told[0] == f"{number} faults never fired"
    assert sum(line.startswith("- ListUsers: Throttling") for line in told) == min(number, 8)
    assert [line for line in told if "more" in line] == ([more] if more else [])
