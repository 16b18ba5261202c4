"""The roles of moto, which the account reads but does not keep."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from pytest_sscred.ask import Ask, Caller
from pytest_sscred.doors.moto.things import Things, aware
from pytest_sscred.resources.roles import InstanceProfile, Role, take


def backend_of(models: Any, number: str) -> Any:
    """moto's backend of an account; None if moto has not made it.

    moto's lock is not taken: this thread may hold ours, and another moto's while it waits for ours.
    """
    backends = dict.get(models.iam_backends, number, {})
    return dict.get(backends, "aws", dict.get(backends, "global"))


def take_roles(things: Things, ask: Ask) -> None:
    backend = backend_of(things.models, things.state.id)
    if backend is None:
        take(things.state, ask, [], {})
        return
    roles = [_role(backend, role) for role in list(backend.roles.values())]
    counts = {
        "InstanceProfiles": len(backend.instance_profiles),
        "Providers": len(backend.saml_providers) + len(backend.open_id_providers),
        "ServerCertificates": len(backend.certificates),
    }
    take(things.state, ask, roles, counts)


def session_of(things: Things, key: str) -> Caller | None:
    """The session that moto has begun with that key; None if it is missing."""
    sts, state = sys.modules.get("moto.sts.models"), things.state
    backends = {} if sts is None else dict.get(sts.sts_backends, state.id, {})
    for one in (one for each in list(backends.values()) for one in list(each.assumed_roles)):
        if one.access_key_id == key:
            backend = backend_of(things.models, state.id)
            roles = [] if backend is None else list(backend.roles.values())
            ids = (role.id for role in roles if role.arn == one.role_arn)
            role_id = next(ids, state.ids.role(one.role_arn))  # moto does not ask for the role
            return Caller(one.arn, key=key, id=f"{role_id}:{one.session_name}")
    return None


def _role(backend: Any, role: Any) -> Role:
    about, pairs = vars(role), role.tags or ()
    boundary = about.get("permissions_boundary_arn", about.get("permissions_boundary"))
    return Role(
        id=role.id,
        name=role.name,
        path=role.path,
        arn=role.arn,
        created=aware(role.create_date),
        trust=_document(role.assume_role_policy_document),
        description=role.description,
        tags=tuple((each["Key"], each["Value"]) for each in _values(pairs)),
        attached=tuple(role.managed_policies),
        inline=tuple((name, _document(each)) for name, each in list(role.policies.items())),
        permissions_boundary=boundary,
        instance_profiles=tuple(
            InstanceProfile(each.id, each.name, each.path, each.arn, aware(each.create_date))
            for each in list(backend.instance_profiles.values())
            if role in each.roles
        ),
    )


def _values(pairs: Any) -> list[Any]:
    """CloudFormation hands over tags as a list; moto has them by their keys otherwise."""
    return list(pairs.values() if isinstance(pairs, dict) else pairs)


def _document(text: Any) -> str:
    """CloudFormation hands over documents that are not text."""
    return text if isinstance(text, str) else json.dumps(text)


def give_back(things: Things, roles: Iterable[Any], own: dict[str, Any]) -> None:
    """Have moto and its roles keep none of the account's policies."""

    def is_ours(policy: Any) -> bool:
        return vars(policy).get("_things") is things

    for arn in [arn for arn, policy in own.items() if is_ours(policy)]:
        del own[arn]
    for role in list(roles):
        for arn, policy in list(role.managed_policies.items()):
            if is_ours(policy):
                del role.managed_policies[arn]
                if arn in own:
                    role.managed_policies[arn] = own[arn]
