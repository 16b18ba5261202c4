"""Documents of identity policies: what IAM refuses, how it counts them and how it gives them out.

Texts as recorded from AWS by LocalStack (2026-02), that of wildcards in an action's vendor by
radkawar/stackd (2026-09). "Reported" is what others quote from AWS in their issues. The recordings
show the order of the checks. That each goes through all statements before the next one starts is
inferred: a Sid that is there twice comes before an action that is missing.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from pytest_sscred.errors import AwsError
from pytest_sscred.resources.condition_operators import OPERATORS

Statement = dict[str, Any]

_NEWEST = "2012-10-17"
_ACTIONS, _RESOURCES = ("Action", "NotAction"), ("Resource", "NotResource")
_LISTS = (*_ACTIONS, *_RESOURCES)
_PRINCIPALS = {"Principal", "NotPrincipal"}
_STATEMENT_ELEMENTS = {"Sid", "Effect", "Condition", *_PRINCIPALS, *_LISTS}
_EFFECTS = ("Allow", "Deny")
_WHITE_SPACE = " \t\r\n"
_INDENTS = " \t"  # reported of an indented first line; nobody has seen an empty one refused

_SID = re.compile("[0-9A-Za-z]*")
_VENDOR = re.compile("[0-9A-Za-z.-]+")
_WILDCARD = re.compile("[*?]")
# Region and account of an ARN: `region` and `account-id` pass, `example_bucket` does not; reported
# as refused are `<ACCOUNT_ID>`, `{region}` and `${aws:PrincipalAccount}` too.
_PLACE = re.compile("[0-9A-Za-z*?-]*")
# The account where the sixth field is missing: probably a bucket whose ARN is a colon short.
# Recorded is `arn:aws:s3::example_bucket` alone, which both patterns refuse.
_LAST_PLACE = re.compile("[0-9*?]*")
# "*" is in policies that tools have their users create (Prowler); not recorded.
_PARTITIONS = ("aws", "*")
# Of S3 the access points are recorded, the others are those with a region in AWS's reference. That
# a bucket may have none even beside an account is reported (aws-cdk issue 22445).
_S3_REGIONAL = ("accesspoint/", "access-grants/", "async-request/", "job/", "storage-lens")
_IAM_PATHS = (
    "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/",
    "server-certificate/", "policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/",
    "access-report/",
)  # fmt: skip


def check(document: str, *, managed: bool) -> None:
    """Raise MalformedPolicyDocument, in IAM's words, unless an identity policy may have it.

    :param managed: whether it is for a managed policy, which needs the newest Version
    """
    policy = _policy(document)
    if managed and policy.get("Version") != _NEWEST:
        raise _refusal(f"Policy document must be version {_NEWEST} or greater.")
    found = _statements(policy)
    if not all(map(_PRINCIPALS.isdisjoint, found)):  # reported
        raise _refusal("Policy document should not specify a principal.")
    if document[0] in _INDENTS or not all(map(_parses, found)):
        raise _refusal("The policy failed legacy parsing")
    _check_sids([each["Sid"] for each in found if each.get("Sid")])
    if not all(_texts(each, _ACTIONS) for each in found):
        raise _refusal("Policy statement must contain actions.")
    if not all(_texts(each, _RESOURCES) for each in found):
        raise _refusal("Policy statement must contain resources.")
    for names, check_text in ((_RESOURCES, _check_resource), (_ACTIONS, _check_action)):
        for each in found:
            for text in _texts(each, names):
                check_text(text)


def check_form(document: str) -> None:
    """Raise MalformedPolicyDocument unless it is a policy, whatever it names.

    For documents that AWS has taken already, perhaps in another partition or years ago.
    """
    _policy(document)


def size(document: str) -> int:
    """Its characters without the white space, which IAM's quotas do not count."""
    return len(document) - sum(map(document.count, _WHITE_SPACE))


def encoded(document: str) -> str:
    """As IAM gives it out: percent-encoded (RFC 3986), with its white space as it was sent."""
    return quote(document, safe="", errors="surrogatepass")


def statements(document: str) -> list[Statement]:
    """The statements of a valid document; their actions and resources are lists."""
    return [
        {name: _listed(value) if name in _LISTS else value for name, value in each.items()}
        for each in _statements(_read(document))
    ]


def _refusal(text: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", text)


# JSON and grammar. Of two members of one name the last counts: no recording has such a document.


def _integer(digits: str) -> float:
    """An int, unless Python might refuse to read so many digits."""
    return int(digits) if len(digits) <= 20 else float(digits)


def _no_number(name: str) -> float:
    raise ValueError(f"JSON has no {name}")


_JSON = json.JSONDecoder(parse_int=_integer, parse_constant=_no_number)


def _read(document: str) -> Any:
    try:
        return _JSON.decode(document)
    except (ValueError, RecursionError):
        raise _refusal("Syntax errors in policy.") from None


def _policy(document: str) -> Any:
    policy = _read(document)
    if not _is_policy(policy):
        raise _refusal("Syntax errors in policy.")
    return policy


def _is_policy(policy: Any) -> bool:
    if not isinstance(policy, dict) or not policy.keys() <= {"Version", "Id", "Statement"}:
        return False
    found = _statements(policy)
    return (
        policy.get("Version", _NEWEST) in (_NEWEST, "2008-10-17")
        and isinstance(policy.get("Id", ""), str)
        and isinstance(found, list)
        and bool(found)
        and all(map(_is_statement, found))
    )


def _is_statement(statement: Any) -> bool:
    if not isinstance(statement, dict) or not statement.keys() <= _STATEMENT_ELEMENTS:
        return False
    effect = statement.get("Effect")
    return (
        isinstance(effect, str)
        and effect.capitalize() in _EFFECTS  # in another case it fails in legacy parsing
        and isinstance(statement.get("Sid", ""), str)
        and all(_are(str, statement[name]) for name in _ACTIONS if name in statement)
        and all(_are_resources(statement[name]) for name in _RESOURCES if name in statement)
        and not any(name in statement and f"Not{name}" in statement for name in _LISTS)
        and _is_condition(statement.get("Condition", {}))
    )


def _is_condition(condition: Any) -> bool:
    return isinstance(condition, dict) and all(
        isinstance(keys, dict)
        and (operator in OPERATORS or not keys)  # of an operator without keys IAM takes any name
        # Numbers and booleans too: AWS's guide to the grammar. bool is an int.
        and all(_are((str, int, float), value) for value in keys.values())
        for operator, keys in condition.items()
    )


def _are_resources(value: Any) -> bool:
    """Whether they are texts; in a list some may be null, as in what CloudFormation hands on."""
    return _are((str, type(None)), value) if isinstance(value, list) else isinstance(value, str)


def _are(kind: type | tuple[type, ...], value: Any) -> bool:
    """Whether a value, or each of a list, is of that kind."""
    return all(isinstance(each, kind) for each in _listed(value))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _statements(policy: dict[str, Any]) -> Any:
    """The statements as a list; of a policy that is not valid, anything."""
    found = policy.get("Statement")
    return [found] if isinstance(found, dict) else found


def _texts(statement: Statement, names: tuple[str, str]) -> list[str]:
    """The actions or resources that it names under either name."""
    first, other = names
    found = _listed(statement.get(first, statement.get(other, [])))
    return [each for each in found if each is not None]


# Legacy parsing, as IAM calls it. It comes before what is missing and what has a text of its own.


def _parses(statement: Statement) -> bool:
    return (
        statement["Effect"] in _EFFECTS
        and all(map(_is_whole, _texts(statement, _RESOURCES)))
        and all(
            OPERATORS[operator](str(operand))
            for operator, keys in statement.get("Condition", {}).items()
            for operands in keys.values()
            for operand in _listed(operands)
        )
    )


def _is_whole(resource: str) -> bool:
    """Whether its vendor is there, and its region and account can be such.

    True of what is not an ARN or has a partition that is refused, with a text of its own.
    """
    fields = resource.split(":", 5)
    if len(fields) == 1 or fields[1] not in _PARTITIONS:
        return True
    place = _LAST_PLACE if len(fields) == 5 else _PLACE
    _, _, vendor, region, account, _ = _completed(fields)
    places = _PLACE.fullmatch(region) and place.fullmatch(account)
    return fields[0] == "arn" and vendor != "" and places is not None


# What has a text of its own


def _check_sids(sids: list[str]) -> None:
    """Check those that are not empty: several may be. The first text is reported."""
    if not all(map(_SID.fullmatch, sids)):
        raise _refusal(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the "
            "regular expression [0-9A-Za-z]*"
        )
    if len(set(sids)) != len(sids):
        raise _refusal("Statement IDs (SID) in a single policy must be unique.")


def _completed(fields: list[str]) -> list[str]:
    """The six fields of an ARN as IAM completes and reports them: of `a:b` arn:b:*:*:*:*."""
    return ["arn", *fields[1:], *["*"] * (6 - len(fields))]


def _check_resource(resource: str) -> None:
    if resource == "*":
        return
    if ":" not in resource:
        raise _refusal(f'Resource {resource} must be in ARN format or "*".')
    fields = _completed(resource.split(":", 5))
    _, partition, vendor, region, _, path = fields
    arn = ":".join(fields)
    if partition not in _PARTITIONS:
        raise _refusal(f'Partition "{partition}" is not valid for resource "{arn}".')
    if _WILDCARD.search(vendor):
        raise _refusal("Resource vendor must be fully qualified and cannot contain regexes.")
    if region.strip("*"):  # AWS's own guides have arn:aws:iam:*:*:role/...
        _check_region(vendor, path, arn)
    if vendor == "iam" and path not in ("*", "root") and not path.startswith(_IAM_PATHS):
        starts = ", ".join(_IAM_PATHS)
        raise _refusal(f'IAM resource path must either be "*", root, or start with {starts}.')


def _check_region(vendor: str, path: str, arn: str) -> None:
    if vendor == "iam":
        raise _refusal(f"IAM resource {arn} cannot contain region information.")
    # Route 53's is reported. More services without regions may be refused.
    if vendor == "route53" or (vendor == "s3" and not path.startswith(_S3_REGIONAL)):
        raise _refusal(f"Resource {arn} can not contain region information.")


def _check_action(action: str) -> None:
    """Check the vendor. IAM takes any name after the colon, and vendors that AWS does not have."""
    if action == "*":
        return
    vendor, *names = action.split(":")
    if not names:
        raise _refusal("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    if len(names) > 1:
        raise _refusal("Actions/Condition can contain only one colon.")
    if _WILDCARD.search(vendor):
        raise _refusal("Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.")
    if not _VENDOR.fullmatch(vendor):
        raise _refusal(f"Vendor {vendor} is not valid")
