"""moto's side of an account."""

from __future__ import annotations

import inspect
import json

from moto.iam.models import iam_backends

ACCOUNT = "123456789012"
DOCUMENT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}],
    }
)


def backend_of(number=ACCOUNT):
    return iam_backends[number]["global"]


def make_user(name, **about):
    """A user that moto makes, in any version of moto."""
    create = backend_of().create_user
    if "region_name" in inspect.signature(create).parameters:
        about["region_name"] = "us-east-1"
    made = create(user_name=name, **about)
    return made[0] if isinstance(made, tuple) else made


def tags_of(backend, name):
    """A user's tags, likewise."""
    tags = backend.list_user_tags(name)
    return tags["Tags"] if isinstance(tags, dict) else tags
