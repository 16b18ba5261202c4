"""Live handles of users and groups, with what hangs on them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pytest_sscred import resources
from pytest_sscred.handles.base import own
from pytest_sscred.handles.devices import LoginProfile, MFADevice
from pytest_sscred.handles.named import Document, Named, Policy
from pytest_sscred.handles.things import (
    AccessKey,
    Credential,
    Held,
    SigningCertificate,
    SSHPublicKey,
)
from pytest_sscred.names import SettableStatus
from pytest_sscred.own_calls import as_document, as_tags, check_settable, do, earlier, seeding
from pytest_sscred.resources.people import USERS

__tracebackhide__ = True

Thing = TypeVar("Thing", bound=Held)


class Principal(Named):
    """What has inline and attached policies: a user or a group."""

    __slots__ = ()

    @property
    def policies(self) -> dict[str, Document]:
        """Its inline policies: documents by name."""
        found = resources.inline_policies.INLINE.of(self._state, self._id)
        return {each.name: json.loads(each.document) for each in found}

    @property
    def attached_policies(self) -> list[str]:
        """The ARNs of the managed policies that are attached to it, sorted."""
        return resources.policies.ATTACHED.of(self._state, self._id)

    def put_policy(self, name: str, document: Mapping[str, Any] | str) -> None:
        """An inline policy, in place of the one with its name.

        :param document: as an object, or as JSON text
        :raises ValueError: if IAM would refuse it
        """
        noun = type(self).__name__
        about = {"PolicyName": name, "PolicyDocument": as_document(document)}
        self._do("put_policy", f"Put{noun}Policy", **about)

    def attach_policy(self, arn: Policy | str) -> None:
        """Attach a managed policy: the account's own, or AWS's by its ARN.

        :raises ValueError: if IAM would refuse it
        """
        noun = type(self).__name__
        if isinstance(arn, Policy):
            arn = own(self._state, arn).arn
        self._do("attach_policy", f"Attach{noun}Policy", PolicyArn=arn)

    def _do(
        self, verb: str, operation: str, at: dt.datetime | None = None, /, **params: Any
    ) -> Mapping[str, Any]:
        """Do an operation on it. LookupError if it is deleted: another may have its name now."""
        if not self.exists:
            raise LookupError(f"the {self._title} is deleted")
        param, name = self._named_by
        return do(self._state, verb, operation, at, **{param: name, **params})


class User(Principal):
    """An IAM user, as it is now. Two handles of one user are equal.

    `id` is the UserId: `AIDA` and 17 characters. A rename leaves it as it is. Its `add_` verbs do
    as the test's own do: checked as IAM checks them, and not recorded as calls. They raise
    ValueError for what IAM would refuse, and LookupError once the user is deleted.
    """

    __slots__ = ()

    _label = "user"
    _made_by = "CreateUser"
    _table = staticmethod(lambda: USERS)

    @property
    def credentials(self) -> list[Credential]:
        """Its service-specific credentials, oldest first, without deleted ones."""
        return self._all(Credential)

    @property
    def access_keys(self) -> list[AccessKey]:
        """Its access keys, oldest first, without deleted ones."""
        return self._all(AccessKey)

    @property
    def ssh_public_keys(self) -> list[SSHPublicKey]:
        """Its SSH public keys, oldest first, without deleted ones."""
        return self._all(SSHPublicKey)

    @property
    def signing_certificates(self) -> list[SigningCertificate]:
        """Its signing certificates, oldest first, without deleted ones."""
        return self._all(SigningCertificate)

    @property
    def mfa_devices(self) -> list[MFADevice]:
        """The MFA devices that are enabled for it, by serial number."""
        found = resources.mfa_devices.DEVICES.of(self._state, self._id)
        return [MFADevice(self._state, each.serial) for each in found]

    @property
    def login_profile(self) -> LoginProfile | None:
        """Its password for the console; None if it has none."""
        there = resources.login_profiles.PROFILES.holds(self._state, self._id)
        return LoginProfile(self._state, self._id) if there else None

    @property
    def groups(self) -> list[Group]:
        """The groups it is in, by name."""
        ids = resources.groups.MEMBERS.of(self._state, self._id)
        found = resources.groups.GROUPS.of_ids(self._state, ids)
        return [Group(self._state, each.id) for each in found.values()]

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return dict(self._row.tags)

    @property
    def permissions_boundary(self) -> str | None:
        """The ARN of the policy that is its permissions boundary; None if it has none."""
        arn: str | None = self._row.permissions_boundary
        return arn

    def add_access_key(
        self, status: SettableStatus = "Active", age_days: int | None = None
    ) -> AccessKey:
        """A new access key.

        :param status: `"Active"` or `"Inactive"`
        :param age_days: how many days ago it was made; 0, if left out
        :raises ValueError: if IAM would refuse it, as a third one
        """
        check_settable(status)
        at = earlier(self._state, age_days)
        with seeding(self._state):
            key = self._add(AccessKey, "add_access_key", at)
            key._begin_as(status)
        return key

    def add_ssh_public_key(self, body: str | None = None) -> SSHPublicKey:
        """A new SSH public key.

        :param body: as in a file of OpenSSH, or PEM; one is made up if left out
        :raises ValueError: if IAM would refuse it
        """
        if body is None:
            body = resources.ssh_bodies.made_up(self._state.ids.modulus())
        return self._add(SSHPublicKey, "add_ssh_public_key", SSHPublicKeyBody=body)

    def add_signing_certificate(self, body: str | None = None) -> SigningCertificate:
        """A new signing certificate.

        :param body: as PEM; one is made up if left out, with a signature that proves nothing
        :raises ValueError: if IAM would refuse it, as a third one
        """
        if body is None:
            body = resources.certificate_bodies.made_up(self._state.ids.modulus())
        return self._add(SigningCertificate, "add_signing_certificate", CertificateBody=body)

    def add_mfa_device(self, enabled: bool = True) -> MFADevice:
        """A new virtual MFA device, named after the user.

        :param enabled: whether it is enabled for the user; otherwise it is nobody's yet
        :raises ValueError: if IAM would refuse it, as a ninth one
        """
        with seeding(self._state):
            device = self._new_device()
            if enabled:
                first, second = device.codes()
                codes = {"AuthenticationCode1": first, "AuthenticationCode2": second}
                self._do("add_mfa_device", "EnableMFADevice", SerialNumber=device.id, **codes)
        return device

    def add_login_profile(self, password: str | None = None) -> LoginProfile:
        """A password for the console.

        :param password: one is made up if left out
        :raises ValueError: if IAM would refuse it, as by the account's password policy
        """
        # With the digit there is one of every class that a password policy may ask for.
        password = self._state.ids.password("1") if password is None else password
        self._do("add_login_profile", "CreateLoginProfile", Password=password)
        return LoginProfile(self._state, self._id)

    def add_to_group(self, name: Group | str) -> None:
        """Make it a member of a group that there is.

        :raises ValueError: if IAM would refuse it, as for a group that is not there
        """
        if isinstance(name, Group):
            name = own(self._state, name).name
        self._do("add_to_group", "AddUserToGroup", GroupName=name)

    def set_permissions_boundary(self, arn: Policy | str) -> None:
        """Have a managed policy bound it.

        :raises ValueError: if IAM would refuse it
        """
        if isinstance(arn, Policy):
            arn = own(self._state, arn).arn
        about = {"PermissionsBoundary": arn}
        self._do("set_permissions_boundary", "PutUserPermissionsBoundary", **about)

    def tag(self, /, **tags: str) -> None:
        """Tags in addition to those it has, or in place of those of the same key.

        :raises ValueError: if IAM would refuse them
        """
        self._do("tag", "TagUser", Tags=as_tags(tags))

    def _all(self, handle: type[Thing]) -> list[Thing]:
        ids = handle._of.ids_of(self._state, self._id)
        return [handle(self._state, an_id) for an_id in ids]

    def _add(
        self, handle: type[Thing], verb: str, at: dt.datetime | None = None, **params: Any
    ) -> Thing:
        (made,) = self._do(verb, handle._made_by, at, **params).values()
        return handle(self._state, made[handle._of.id_name])

    def _new_device(self) -> MFADevice:
        """One with the user's name, and a number if that is taken."""
        number, name = 1, self.name
        taken = resources.mfa_devices.DEVICES.rows(self._state)
        while f"arn:aws:iam::{self._state.id}:mfa/{name}" in taken:
            number += 1
            name = f"{self.name}-{number}"
        made = do(
            self._state, "add_mfa_device", "CreateVirtualMFADevice", VirtualMFADeviceName=name
        )
        return MFADevice(self._state, made["VirtualMFADevice"]["SerialNumber"])


class Group(Principal):
    """A group, as it is now. Two handles of one group are equal.

    `id` is the GroupId: `AGPA` and 17 characters.
    """

    __slots__ = ()

    _label = "group"
    _made_by = "CreateGroup"
    _table = staticmethod(lambda: resources.groups.GROUPS)

    @property
    def users(self) -> list[User]:
        """Its members, by name."""
        ids = resources.groups.MEMBERS.to(self._state, self._id, "users")
        found = USERS.of_ids(self._state, ids)
        return [User(self._state, each.id) for each in found.values()]
