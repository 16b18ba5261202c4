"""Which services somebody may use, and when they last did: never, as far as anybody here knows.

As recorded from AWS by radkawar/stackd (2026-09). A job is done at once, which is a guess: on AWS
it takes some seconds.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.protocol.model import loader
from pytest_sscred.resources import policies
from pytest_sscred.resources.groups import GROUPS, MEMBERS
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.pages import page
from pytest_sscred.resources.people import USERS
from pytest_sscred.resources.policy_documents import statements
from pytest_sscred.resources.roles import ROLES
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.state import State, Tables

_JOBS = "jobs of services last accessed"


class Job(NamedTuple):
    arn: str
    by: str
    """The id of the caller who alone may ask for it."""
    granularity: str
    asked: dt.datetime
    namespaces: tuple[str, ...]


class Granting(NamedTuple):
    """A policy that somebody has; inline ones have no ARN."""

    name: str
    document: str
    arn: str | None
    entity: Any


def generate(state: State, ask: Ask) -> Mapping[str, Any]:
    arn = ask.params["Arn"]
    found = sorted(set(_namespaces(each.document for each in _granting(state, arn))))
    job_id = state.ids.job()
    granularity = ask.params.get("Granularity", "SERVICE_LEVEL")
    state.table(_JOBS)[job_id] = Job(arn, ask.caller.id, granularity, ask.at, tuple(found))
    return {"JobId": job_id}


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    job: Job | None = tables.table(_JOBS).get(ask.params["JobId"])
    if job is None or job.by != ask.caller.id:
        text = assumed.NO_JOB.format(job=ask.params["JobId"])
        raise AwsError("NoSuchEntity", text)
    found, rest = page(tables, ask.params, "services", job.namespaces)
    services = [
        {
            "ServiceName": _service_name(each),
            "ServiceNamespace": each,
            "TotalAuthenticatedEntities": 0,
        }
        for each in found
    ]
    return {
        "JobStatus": "COMPLETED",
        "JobType": job.granularity,
        "JobCreationDate": whole_seconds(job.asked),
        "JobCompletionDate": whole_seconds(job.asked),
        "ServicesLastAccessed": services,
        **rest,
    }


def list_granting(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    """For each service that is asked about, the policies that allow something of it."""
    asked = ask.params["ServiceNamespaces"]
    unknown = [each for each in asked if each not in _known()]
    if unknown:
        raise AwsError("InvalidInput", assumed.NO_NAMESPACE.format(names=", ".join(unknown)))
    found = [
        (each, set(_namespaces([each.document]))) for each in _granting(tables, ask.params["Arn"])
    ]
    entries = [
        {
            "ServiceNamespace": namespace,
            "Policies": [_policy_wire(each) for each, granted in found if namespace in granted],
        }
        for namespace in asked
    ]
    return {"PoliciesGrantingServiceAccess": entries, "IsTruncated": False}


def _policy_wire(each: Granting) -> dict[str, Any]:
    if each.arn is not None:
        return {"PolicyName": each.name, "PolicyType": "MANAGED", "PolicyArn": each.arn}
    kind = each.entity.arn.partition("/")[0].rpartition(":")[2]
    about = {"EntityType": kind.upper(), "EntityName": each.entity.name}
    return {"PolicyName": each.name, "PolicyType": "INLINE", **about}


def _granting(tables: Tables, arn: str) -> Iterator[Granting]:
    """The policies of a user with those of its groups, of a group or role, or the policy itself."""
    for entity in _entities(tables, arn):
        if isinstance(entity, policies.Policy):
            yield Granting(entity.name, policies.default_document(entity), arn, entity)
            continue
        for policy_arn in policies.ATTACHED.of(tables, entity.id):
            policy = policies.named(tables, policy_arn)
            document = policies.default_document(policy)
            yield Granting(policy.name, document, policy_arn, entity)
        for inline in INLINE.of(tables, entity.id):
            yield Granting(inline.name, inline.document, None, entity)


def _entities(tables: Tables, arn: str) -> list[Any]:
    name = arn.rpartition("/")[2]
    if ":policy/" in arn:
        return [policies.named(tables, arn)]
    user = USERS.find(tables, name)
    if user is not None and user.arn == arn:
        return [user, *GROUPS.of_ids(tables, MEMBERS.of(tables, user.id)).values()]
    for found in (GROUPS.find(tables, name), ROLES.find(tables, name)):
        if found is not None and found.arn == arn:
            return [found]
    raise AwsError("NoSuchEntity", assumed.NO_ARN.format(arn=arn))


def _namespaces(documents: Any) -> Iterator[str]:
    """The services of which the documents allow something: `*` stands for all."""
    for document in documents:
        for statement in statements(document):
            if statement["Effect"] != "Allow":
                continue
            for action in statement.get("Action", []):
                namespace = action.partition(":")[0].lower()
                yield from sorted(_known()) if namespace == "*" else [namespace]
            if "NotAction" in statement:
                yield from sorted(set(_known()) - set(_excluded(statement["NotAction"])))


def _excluded(actions: Iterable[str]) -> Iterator[str]:
    """The services of which NotAction leaves nothing."""
    for action in actions:
        namespace, _, names = action.lower().partition(":")
        if namespace == "*":
            yield from _known()
        elif names == "*":
            yield namespace


@functools.cache
def _known() -> dict[str, str]:
    """The services that botocore knows, by what their actions begin with."""
    names: list[str] = sorted(loader().list_available_services("service-2"), reverse=True)
    prefixes = {name: each for each in assumed.PREFIXES for name in assumed.PREFIXES[each].split()}
    others = {prefixes[name]: name for name in names if name in prefixes}
    return {**others, **{name: name for name in names if name not in prefixes}}


def _service_name(namespace: str) -> str:
    """As botocore's model calls it; AWS's own names of services differ here and there."""
    if namespace not in _known():
        return namespace
    metadata = loader().load_service_model(_known()[namespace], "service-2")["metadata"]
    name: str = metadata.get("serviceAbbreviation") or metadata["serviceFullName"]
    return name


READS: dict[str, Operation] = {
    "GetServiceLastAccessedDetails": get,
    "ListPoliciesGrantingServiceAccess": list_granting,
}
WRITES: dict[str, Operation] = {"GenerateServiceLastAccessedDetails": generate}
