"""What is loaded and dumped, list by list, in the order in which one needs the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from pytest_sscred.ask import Ask
from pytest_sscred.load.given import SHAPE, Given
from pytest_sscred.own_calls import check, do
from pytest_sscred.protocol.model import load_model
from pytest_sscred.resources import KINDS, account_alias, groups, policies, tags
from pytest_sscred.resources import password_policy as policy_of_passwords
from pytest_sscred.resources.authorization_details import (
    group_detail,
    policy_detail,
    user_detail,
)
from pytest_sscred.resources.groups import GROUPS, MEMBERS
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.login_profiles import PROFILES
from pytest_sscred.resources.mfa_devices import DEVICES, MFADevice
from pytest_sscred.resources.owned import Kind
from pytest_sscred.resources.people import USERS, User, find_user, put_user, users_there
from pytest_sscred.resources.policies import ATTACHED, BOUNDARIES, POLICIES, Policy, Version
from pytest_sscred.resources.users import summary, whole
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.state import State

__tracebackhide__ = True


class Section(NamedTuple):
    """One list: its name, how a member of it is loaded, and all members as they are dumped."""

    name: str
    load: Callable[[Given], object]
    dump: Callable[[State], Iterable[Mapping[str, Any]]]


# Managed policies


def policy(given: Given) -> None:
    """One of the account's own. AWS's own are left out: they are there already."""
    if "Arn" in given and given.arn("Arn").startswith("arn:aws:iam::aws:"):
        return
    state, name, path = given.state, given.text("PolicyName"), given.text_or("Path", "/")
    versions = sorted(given.each("PolicyVersionList", _version), key=_number, reverse=True)
    default = given.text("DefaultVersionId")
    documents = {each.id: each.document for each in versions}
    if default not in documents or len(documents) < len(versions):
        raise ValueError(f"the PolicyVersionList of {name} lacks its default, or has one twice")
    about = {"Description": given.text("Description")} if "Description" in given else {}
    pairs, document = given.tags(), documents[default]
    check("CreatePolicy", PolicyName=name, Path=path, PolicyDocument=document, Tags=pairs, **about)
    an_id = _new(given, POLICIES, "PolicyName", "PolicyId")
    created = given.made("CreateDate")
    policies.add(
        state,
        created,
        name,
        document,
        id=an_id,
        path=path,
        versions=tuple(versions),
        default=default,
        made=_number(versions[0]),
        updated=whole_seconds(given.date("UpdateDate") or created),
        description=about.get("Description"),
        tags=_pairs(pairs),
    )


def _version(given: Given) -> Version:
    an_id, document = given.text("VersionId"), given.document("Document")
    check("GetPolicyVersion", PolicyArn="arn:aws:iam::aws:policy/any", VersionId=an_id)
    return Version(an_id, document, whole_seconds(given.made("CreateDate")))


def _number(version: Version) -> int:
    return int(version.id[1:].partition(".")[0])


def _policies(state: State) -> Iterable[Mapping[str, Any]]:
    return (_policy_detail(state, each) for each in POLICIES.there(state))


def _policy_detail(state: State, row: Policy) -> Mapping[str, Any]:
    """With what GetPolicy adds."""
    about = {"Description": row.description} if row.description is not None else {}
    pairs = {"Tags": tags.wire(row.tags)} if row.tags else {}
    return {**policy_detail(state, row), **about, **pairs}


# Groups and users


def group(given: Given) -> None:
    name, path = given.text("GroupName"), given.text_or("Path", "/")
    check("CreateGroup", GroupName=name, Path=path)
    an_id = _new(given, GROUPS, "GroupName", "GroupId")
    made = given.made("CreateDate")
    row = groups.put_group(given.state, name, made, path=path, id=an_id)
    _policies_of(given, "Group", row.id)


def user(given: Given) -> User:
    name, path = given.text("UserName"), given.text_or("Path", "/")
    pairs, boundary = given.tags(), given.boundary()
    check("CreateUser", UserName=name, Path=path, Tags=pairs, **boundary)
    an_id = _new(given, USERS, "UserName", "UserId")
    made = given.made("CreateDate")
    row = put_user(given.state, name, made, id=an_id, path=path, tags=_pairs(pairs))
    _bound(given, row)
    return row


def user_detail_of(given: Given) -> None:
    """A user, or what hangs on one that stands among the Users too."""
    state, name = given.state, given.text("UserName")
    row = find_user(state, name)
    given.once("user's details", name.casefold(), "")
    if row is None or ("user", name.casefold()) not in given.once:
        row = user(given)
    elif given.text_or("UserId", row.id) != row.id:
        raise ValueError(f"the user {name!r} has another UserId among the Users")
    else:
        pairs = given.tags()
        check("CreateUser", UserName=name, Tags=pairs, **given.boundary())
        _bound(given, USERS.change(state, row, tags=_pairs(pairs) or row.tags))
    for group_name in given.names("GroupList"):
        check("AddUserToGroup", UserName=name, GroupName=group_name)
        there = GROUPS.find(state, group_name)
        found = there or groups.put_group(state, group_name, row.created)
        MEMBERS.add(state, row.id, found.id)
    _policies_of(given, "User", row.id)


def _bound(given: Given, row: User) -> None:
    for arn in given.boundary().values():
        BOUNDARIES.clear(given.state, row.id)
        BOUNDARIES.add(given.state, row.id, arn)
        USERS.change(given.state, row, permissions_boundary=arn)


def _policies_of(given: Given, noun: str, owner_id: str) -> None:
    """The inline and the attached policies of a user or a group."""
    state, name = given.state, given.text(f"{noun}Name")

    def inline(each: Given) -> None:
        policy_name, document = each.text("PolicyName"), each.document("PolicyDocument")
        about = {f"{noun}Name": name, "PolicyName": policy_name, "PolicyDocument": document}
        check(f"Put{noun}Policy", **about)
        each.once(f"inline policy of {name}", policy_name.casefold(), "")
        INLINE.put(state, owner_id, policy_name, document)

    def attached(each: Given) -> None:
        arn = each.arn("PolicyArn")
        policies.attachable(state, arn)
        ATTACHED.add(state, owner_id, arn)

    given.each(f"{noun}PolicyList", inline)
    given.each("AttachedManagedPolicies", attached)


def _new(given: Given, table: Any, name_param: str, id_param: str) -> str:
    """The id of a new one, empty if none is given; its name and id must be free."""
    state, name = given.state, given.text(name_param)
    there = table.find(state, name) is not None
    what = table.noun
    already = f"the account has a {what} {name!r} already; load into an empty one"
    given.once(what, name.casefold(), already if there else "")
    an_id = given.text_or(id_param, "")
    if an_id:
        already = f"the account has a {what} with the {id_param} {an_id!r} already"
        given.once(id_param, an_id, already if an_id in table.rows(state) else "")
    return an_id


def _pairs(members: list[dict[str, str]]) -> tags.Tags:
    return tuple((each["Key"], each["Value"]) for each in members)


def _groups(state: State) -> Iterable[Mapping[str, Any]]:
    return (group_detail(state, each) for each in GROUPS.there(state))


def _user_details(state: State) -> Iterable[Mapping[str, Any]]:
    return (user_detail(state, each) for each in users_there(state))


# What users hold


def thing(kind: Kind[Any], given: Given) -> str:
    """One that has an id and a status. Returns the id."""
    state, an_id, status = given.state, given.text(kind.id_name), given.text("Status")
    name = given.text("UserName")
    already = f"the account has a {kind.label} {an_id!r} already"
    given.once(kind.label, an_id, already if an_id in kind.rows(state) else "")
    check(f"Delete{kind.noun}", **{"UserName": name, kind.id_name: an_id})
    own, made = kind.read(given), given.made(kind.date)
    expires = own.get("expires")
    if status not in ("Active", "Inactive", *(["Expired"] if "expires" in own else [])):
        raise ValueError(f"{an_id} has a Status {status!r}: {SHAPE}")
    if status == "Expired" and (expires is None or expires > state.clock.now()):
        raise ValueError(
            f"{an_id} is Expired without an ExpirationDate that has passed: "
            "move the clock past it first"
        )
    if expires is not None and expires <= made:
        raise ValueError(f"{an_id} has an ExpirationDate that is not after its {kind.date}")
    # Expired follows from the deadline; lists do not say which status came before it.
    status = "Active" if status == "Expired" else status
    owner = _owner(given, name)
    kind.add(state, Ask.by_the_test("load", made), owner, status=status, id=an_id, **own)
    return an_id


def _things(kind: Kind[Any], state: State) -> Iterable[Mapping[str, Any]]:
    now, there = state.clock.now(), kind.there(state)
    return (kind.wire(state, row, now) for an_id, row in kind.rows(state).items() if an_id in there)


def login_profile(given: Given) -> None:
    """With a password that is made up."""
    state, name, made = given.state, given.text("UserName"), given.made("CreateDate")
    flag = given.flag("PasswordResetRequired")
    check("GetLoginProfile", UserName=name)
    owner = _owner(given, name)
    there = PROFILES.holds(state, owner.id)
    already = f"the user {name!r} has a login profile already" if there else ""
    given.once("login profile of", owner.id, already)
    PROFILES.add(state, owner, state.ids.password("1"), made, reset_required=flag)


def _login_profiles(state: State) -> Iterable[Mapping[str, Any]]:
    for row in PROFILES.rows(state).values():
        yield {
            "UserName": USERS.of_id(state, row.owner).name,
            "CreateDate": row.created,
            "PasswordResetRequired": row.reset_required,
        }


def mfa_device(given: Given) -> None:
    """With a seed that is made up. The root user's is left out, as root is not a user here."""
    state, serial, pairs = given.state, given.arn("SerialNumber"), given.tags()
    check("DeactivateMFADevice", SerialNumber=serial)
    already = "the account has it already" if serial in DEVICES.rows(state) else ""
    given.once("MFA device", serial, already)
    device = MFADevice(serial=serial, seed=state.ids.mfa_seed(), tags=_pairs(pairs))
    if "User" not in given:
        DEVICES.put(state, device)
        return
    user = given.inner("User")
    if user.text_or("Arn", "").endswith(":root"):
        return
    name, enabled = user.text("UserName"), whole_seconds(given.made("EnableDate"))
    check("GetUser", UserName=name)
    owner = _owner(given, name)
    DEVICES.put(state, replace(device, owner=owner.id, enabled=enabled))
    DEVICES.owned.add(state, owner.id, serial)


def _mfa_devices(state: State) -> Iterable[Mapping[str, Any]]:
    for row in DEVICES.rows(state).values():
        members: dict[str, Any] = {"SerialNumber": row.serial}
        if row.owner is not None:
            members["User"] = summary(USERS.of_id(state, row.owner))
            members["EnableDate"] = row.enabled
        yield {**members, **({"Tags": tags.wire(row.tags)} if row.tags else {})}


def _owner(given: Given, name: str) -> User:
    """The user of that name, made if there is none."""
    made = given.date("CreateDate") or given.state.clock.now()
    return find_user(given.state, name) or put_user(given.state, name, made, path="/")


# What an account has one of


def alias(given: Given) -> None:
    for each in given.names("AccountAliases"):
        do(given.state, "load", "CreateAccountAlias", AccountAlias=each)


def password_policy(given: Given) -> None:
    if "PasswordPolicy" in given:
        names = load_model().members("UpdateAccountPasswordPolicy")
        about = given.inner("PasswordPolicy").only(names)
        do(given.state, "load", "UpdateAccountPasswordPolicy", **about)


def single(state: State) -> Mapping[str, Any]:
    """Those that there are, as they are dumped."""
    name, found = account_alias.find(state), policy_of_passwords.find(state)
    return {
        **({"AccountAliases": [name]} if name is not None else {}),
        **({"PasswordPolicy": found} if found is not None else {}),
    }


SINGLE = {"AccountAliases": alias, "PasswordPolicy": password_policy}


def sections() -> tuple[Section, ...]:
    """All lists, in the order of loading."""
    return (
        Section("Policies", policy, _policies),
        Section("GroupDetailList", group, _groups),
        Section("Users", user, lambda state: map(whole, users_there(state))),
        Section("UserDetailList", user_detail_of, _user_details),
        *(Section(kind.listed, partial(thing, kind), partial(_things, kind)) for kind in KINDS),
        Section("LoginProfiles", login_profile, _login_profiles),
        Section("VirtualMFADevices", mfa_device, _mfa_devices),
    )
