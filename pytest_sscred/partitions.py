"""The partitions of AWS, as the installed botocore has them."""

from __future__ import annotations

import functools
from urllib.parse import urlsplit

from pytest_sscred.protocol.model import loader


@functools.cache
def dns_suffixes() -> frozenset[str]:
    """The suffixes of AWS's host names, such as `amazonaws.com` and `api.aws`."""
    partitions = loader().load_data("partitions")["partitions"]
    outputs = [partition["outputs"] for partition in partitions]
    return frozenset(each[name] for each in outputs for name in ("dnsSuffix", "dualStackDnsSuffix"))


# Suffixes of hosts in botocore's rule sets that no partition has: `signin`'s and dual stack's.
_OTHERS = (
    "amazonaws-us-gov.com", "amazonaws.cn", "aws.amazon.com", "on.aws", "signin.aws",
)  # fmt: skip


@functools.cache
def aws_suffixes() -> tuple[str, ...]:
    """All suffixes of AWS's host names, with a dot before them."""
    return tuple(f".{suffix}" for suffix in sorted({*dns_suffixes(), *_OTHERS}))


@functools.lru_cache(maxsize=64)
def is_aws_host(url: str) -> bool:
    """Whether the URL leads to an AWS host; a URL that cannot be read does not."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    return f".{host}".endswith(aws_suffixes())
