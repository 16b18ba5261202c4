"""The services that IAM makes credentials for, as data.

Names and prefixes as recorded from AWS by radkawar/stackd, 2026-09-11 to 13. The list grew four
times in eighteen months: a new service is one line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """One service, and what its credentials look like."""

    name: str
    secret_prefix: str | None = None
    """What an API key begins with; None where a user name and a password are given instead."""
    hosts: tuple[str, ...] = ()
    """First labels of the hosts at which it takes them over HTTP; Keyspaces speaks CQL."""
    hosts_that_refuse: tuple[str, ...] = ()
    """Those of its hosts that take none of its keys."""

    @property
    def takes_api_key(self) -> bool:
        return self.secret_prefix is not None


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
            # Reported: no key is taken for agents or data automation (guide of ReqLLM 1.9.0 to
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
"""Names that people give a service and AWS does not."""
