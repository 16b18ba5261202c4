"""The services that IAM makes credentials for, as data.

Names and prefixes as recorded from AWS by radkawar/stackd, 2026-09-11 to 13. The list grew four
times in eighteen months: a new service is one line.
"""

from __future__ import annotations

from dataclasses import dataclass

from pytest_sscred.text import nearest

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class Service:
    """One service, and the form of its credentials."""

    name: str
    secret_prefix: str | None = None
    """The beginning of its API keys; None if it takes a user name and a password instead."""
    hosts: tuple[str, ...] = ()
    """First labels of the hosts that take its credentials over HTTP; Keyspaces speaks CQL."""
    hosts_that_refuse: tuple[str, ...] = ()
    """The first labels of its hosts that refuse all its keys."""

    @property
    def takes_api_key(self) -> bool:
        return self.secret_prefix is not None

    @property
    def alias_name(self) -> str:
        """The member that names one of its credentials."""
        return "ServiceCredentialAlias" if self.takes_api_key else "ServiceUserName"

    @property
    def secret_name(self) -> str:
        """The member in which Create and Reset return the secret."""
        return "ServiceCredentialSecret" if self.takes_api_key else "ServicePassword"


SERVICES = {
    service.name: service
    for service in (
        Service("codecommit.amazonaws.com", None, ("git-codecommit", "git-codecommit-fips")),
        Service("cassandra.amazonaws.com"),
        Service(
            "bedrock.amazonaws.com",
            "ABSK",
            (
                "bedrock",
                "bedrock-fips",
                "bedrock-mantle",
                "bedrock-runtime",
                "bedrock-runtime-fips",
            ),
            # Reported: agents and data automation take no keys (guide of ReqLLM 1.9.0 to
            # Amazon Bedrock).
            (
                "bedrock-agent",
                "bedrock-agent-runtime",
                "bedrock-data-automation",
                "bedrock-data-automation-runtime",
            ),
        ),
        Service("logs.amazonaws.com", "ACWL", ("logs", "logs-fips")),
        Service("cloudwatch.amazonaws.com", "APIAACWM", ("monitoring", "monitoring-fips")),
        Service("aws-external-anthropic.amazonaws.com", "AEAA", ("aws-external-anthropic",)),
    )
}

ALSO_CALLED = {
    "keyspaces": "cassandra.amazonaws.com",
    "claude": "aws-external-anthropic.amazonaws.com",
    "anthropic": "aws-external-anthropic.amazonaws.com",
}
"""Names that people use for a service, and AWS does not."""


def known_service(name: str) -> Service:
    """The service of that name, in any case; ValueError if IAM has none."""
    if not isinstance(name, str):
        raise TypeError(f"a service's name is text, not {name!r}")
    service = SERVICES.get(name.lower())
    if service is not None:
        return service
    known_as = ALSO_CALLED.get(name.lower().partition(".")[0])
    hint = f"AWS calls it {known_as!r}" if known_as else nearest(name, SERVICES)
    raise ValueError(f"IAM makes no credentials for a service {name!r}: {hint}")
