"""The partitions of AWS, as the installed botocore has them."""

from __future__ import annotations

import functools

from pytest_sscred.protocol.model import loader


@functools.cache
def dns_suffixes() -> frozenset[str]:
    """What the names of AWS's hosts end with, as in `amazonaws.com` and `api.aws`."""
    partitions = loader().load_data("partitions")["partitions"]
    outputs = [partition["outputs"] for partition in partitions]
    return frozenset(each[name] for each in outputs for name in ("dnsSuffix", "dualStackDnsSuffix"))
