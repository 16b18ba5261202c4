"""The public names under mypy's strict eye; nothing here runs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from typing_extensions import assert_type

from pytest_sscred import (
    AccessKey,
    AccountClosed,
    Authentication,
    Call,
    Clock,
    Credential,
    Endpoint,
    EventRule,
    FakeIAM,
    Fault,
    Group,
    Interruption,
    LoginProfile,
    MFADevice,
    Policy,
    Rule,
    Services,
    SigningCertificate,
    SSHPublicKey,
    Transition,
    User,
)
from pytest_sscred.events.envelope import LambdaContext
from pytest_sscred.names import Status


def read(sscred_iam: FakeIAM, credential: Credential) -> None:
    assert_type(sscred_iam.account_id, str)
    assert_type(sscred_iam.users(), list[User])
    assert_type(sscred_iam.user("Anika").credentials, list[Credential])
    assert_type(sscred_iam.credentials(user_name="Anika", status="Active"), list[Credential])
    assert_type(sscred_iam.calls, list[Call])
    assert_type(sscred_iam.calls[0].answered_by, str)
    assert_type(sscred_iam.calls[0].made_at, str | None)
    assert_type(FakeIAM(network="allow"), FakeIAM)
    assert issubclass(AccountClosed, RuntimeError)
    assert_type(credential.transitions, tuple[Transition, ...])
    assert_type(credential.statuses, list[Status])
    assert_type(credential.status, Status)
    assert_type(credential.expires, dt.datetime | None)
    assert_type(credential.password, str)
    assert_type(credential.is_active, bool)
    assert_type(sscred_iam.clock, Clock)
    assert_type(sscred_iam.clock.now(), dt.datetime)
    assert_type(sscred_iam.report(whole=True), str)
    assert_type(sscred_iam.problems(), list[str])


def typos_are_caught(sscred_iam: FakeIAM, credential: Credential) -> None:
    sscred_iam.add_credential("Anika", "keyspaces.amazonaws.com")  # type: ignore[arg-type]
    sscred_iam.credentials(status="inactive")  # type: ignore[arg-type]
    sscred_iam.add_fault("Throttling", on="DeletUser")  # type: ignore[arg-type]
    sscred_iam.assert_called("DeleteUsers")  # type: ignore[arg-type]
    sscred_iam.assert_statuses(credential, ["Off"])  # type: ignore[list-item]
    FakeIAM(waits="never")  # type: ignore[arg-type]
    sscred_iam.assert_called("Authenticate")
    sscred_iam.reset()


def hang_on_a_user(sscred_iam: FakeIAM) -> None:
    user = sscred_iam.add_user("Anika", tags={"Team": "red"})
    key = user.add_access_key("Inactive", age_days=90)
    assert_type(key, AccessKey)
    assert_type(key.secret, str)
    assert_type(key.last_used, dt.datetime | None)
    assert_type(user.add_ssh_public_key(), SSHPublicKey)
    assert_type(user.add_signing_certificate(), SigningCertificate)
    assert_type(user.add_mfa_device(), MFADevice)
    assert_type(user.add_login_profile(), LoginProfile)
    assert_type(user.access_keys, list[AccessKey])
    assert_type(user.login_profile, LoginProfile | None)
    assert_type(user.groups, list[Group])
    assert_type(user.attached_policies, list[str])
    assert_type(user.permissions_boundary, str | None)
    assert_type(user.tags, dict[str, str])
    policy = sscred_iam.add_policy("deploy", {})
    assert_type(policy, Policy)
    assert_type(sscred_iam.add_group("admins").users, list[User])
    user.attach_policy(policy)
    user.attach_policy(policy.arn)
    user.add_access_key("Expired")  # type: ignore[arg-type]
    sscred_iam.assert_deleted(user)
    sscred_iam.assert_active(key)
    sscred_iam.assert_active(policy)  # type: ignore[arg-type]
    sscred_iam.add_fault("Throttling", on="DeleteGroup", credential_id=sscred_iam.group("a"))


def seed_and_break(sscred_iam: FakeIAM) -> None:
    assert_type(sscred_iam.add_user("Anika", path="/"), User)
    credential = sscred_iam.add_credential(
        "Anika", "bedrock.amazonaws.com", status="Active", created=None, age_days=30
    )
    assert_type(credential, Credential)
    fault = sscred_iam.add_fault("NoSuchEntity", on="DeleteUser", times=None, after=1)
    assert_type(fault, Fault)
    assert_type(fault.hits, int)
    with sscred_iam.deny("iam:DeleteUser", caller="Anika") as denied:
        assert_type(denied, Fault)
    assert_type(sscred_iam.add_many(3), list[Credential])
    assert_type(sscred_iam.waits, list[dt.timedelta])
    sscred_iam.remove_credential(credential)
    sscred_iam.remove_credential(credential.id)
    sscred_iam.act_as("Anika")
    sscred_iam.clock.shift(dt.timedelta(days=1))


def check(sscred_iam: FakeIAM, credential: Credential) -> None:
    sscred_iam.assert_deactivated(credential)
    sscred_iam.assert_active(credential.id)
    sscred_iam.assert_deleted(credential)
    sscred_iam.assert_statuses(credential, ["Active", "Inactive"])
    sscred_iam.assert_called("DeleteUser", times=1, UserName="Anika")
    sscred_iam.assert_not_called("DeleteUser")


def without_pytest() -> None:
    with FakeIAM(account_id="123456789012", quota=2, page_size=None) as iam:
        assert_type(iam, FakeIAM)
        with iam.serve(port=0) as endpoint:
            assert_type(endpoint, Endpoint)
            assert_type(endpoint.url, str)
            assert_type(endpoint.env, dict[str, str])
        with iam.open_services() as services:
            assert_type(services, Services)


def use(sscred_iam: FakeIAM, sscred_services: Services, credential: Credential) -> None:
    sscred_services.accept("bedrock.amazonaws.com", json={"output": {}}, status=200)
    verdict = sscred_iam.authenticate("bedrock.amazonaws.com", secret=credential.secret)
    assert_type(verdict, Authentication)
    assert_type(verdict.accepted, bool)
    assert_type(verdict.reason, str)
    assert_type(verdict.credential, Credential | None)
    assert_type(credential.last_used, dt.datetime | None)


def break_more(sscred_iam: FakeIAM) -> None:
    sscred_iam.set_propagation(calls=2)
    sscred_iam.set_propagation(after=dt.timedelta(seconds=10))
    late = sscred_iam.add_fault(on="ListUsers", latency=dt.timedelta(seconds=90))
    assert_type(late, Fault)
    sscred_iam.sweep(lambda: None, "AccessDenied", lost=None)
    assert_type(sscred_iam.before("DeleteUser", lambda: None, times=None), Interruption)


def require(sscred_iam: FakeIAM, anika: User) -> None:
    with sscred_iam.require_active(anika, "bedrock.amazonaws.com", at_least=1) as rule:
        assert_type(rule, Rule)
        assert_type(rule.broken, str | None)
    sscred_iam.require_at_most(2, "Anika")
    sscred_iam.require_deactivated_before_deleted()
    sscred_iam.require_no_reactivation()
    sscred_iam.require_no_changes().remove()
    sscred_iam.require(lambda iam: iam.credentials(status="Active") and iam.calls, "in words")


def check_more(sscred_iam: FakeIAM, anika: User, credential: Credential) -> None:
    sscred_iam.assert_order("CreateUser", "DeleteUser")
    sscred_iam.assert_retried("CreateUser", times=1)
    sscred_iam.assert_secret_not_logged(credential, "text", b"bytes")
    sscred_iam.assert_called("DeleteUser", UserName=anika)


def from_life(sscred_iam: FakeIAM, anika: User) -> None:
    assert_type(sscred_iam.load(sscred_iam.dump()), list[Credential])
    assert_type(sscred_iam.add_bedrock_key(age_days=None), Credential)
    assert_type(sscred_iam.add_credential(anika, "bedrock.amazonaws.com"), Credential)
    sscred_iam.client(user_name=anika).delete_user(UserName="Anika")


def events(sscred_iam: FakeIAM) -> None:
    async def awaited(event: dict[str, Any], context: LambdaContext) -> None: ...

    with sscred_iam.on_event(
        lambda event, context: event["detail"], {"source": ["aws.iam"]}
    ) as rule:
        assert_type(rule, EventRule)
    assert_type(rule.events, list[dict[str, Any]])
    assert_type(rule.failures, list[BaseException])
    sscred_iam.on_event(awaited, delay=dt.timedelta(minutes=1), times=2, shuffled=True)
    sscred_iam.on_event(awaited, failures="ignore")  # type: ignore[arg-type]
    assert_type(sscred_iam.cloudtrail, list[dict[str, Any]])
    assert_type(sscred_iam.calls[0].cloudtrail, dict[str, Any] | None)
    sscred_iam.add_credential("Anika", "bedrock.amazonaws.com", recorded=True)
