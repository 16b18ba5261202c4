"""Users with one of everything that can hang on a user, as many as wanted in little time."""

from __future__ import annotations

import datetime as dt

from key_bodies import CERTIFICATE, SSH

from pytest_sscred import FakeIAM
from pytest_sscred.ask import Ask
from pytest_sscred.resources import (
    access_keys,
    boundaries,
    credentials,
    groups,
    mfa_devices,
    policies,
    signing_certificates,
    ssh_bodies,
    ssh_public_keys,
)
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.login_profiles import PROFILES
from pytest_sscred.resources.people import put_user
from pytest_sscred.resources.services import known_service
from pytest_sscred.seeding import seeding

AT = dt.datetime(2026, 9, 11, tzinfo=dt.timezone.utc)
SERVICES = [known_service(f"{name}.amazonaws.com") for name in ("codecommit", "bedrock")]
DOCUMENT = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
)
EVERYONE = "arn:aws:iam::123456789012:policy/everyone"
"""Attached to all of them and the boundary of all; `everyone` is also the group of all."""


def whole_users(number: int) -> FakeIAM:
    """An account with users u0, u1, ...; each also has a group and a policy of its own."""
    iam = FakeIAM()
    state, ask = iam._account.state, Ask.by_the_test("add_user", AT)
    with seeding(state):
        key = ssh_bodies.read(SSH)
        policies.add(state, AT, "everyone", DOCUMENT)
        everyone = groups.put_group(state, "everyone", AT)
        for each in range(number):
            user = put_user(state, f"u{each}", AT, path="/", tags=(("Team", "red"),))
            for service in SERVICES:
                credentials.KIND.add(state, ask, user, service=service)
            access_keys.KIND.add(state, ask, user)
            ssh_public_keys.KIND.add(state, ask, user, key=key)
            signing_certificates.KIND.add(state, ask, user, id=f"C{each:023}", body=CERTIFICATE)
            device = mfa_devices.add(state, f"d{each}")
            mfa_devices.DEVICES.assign(state, device, user, AT, 1)
            PROFILES.add(state, user, "a password", AT)
            own = policies.add(state, AT, f"p{each}", DOCUMENT)
            group = groups.put_group(state, f"g{each}", AT)
            policies.ATTACHED.add(state, group.id, own.arn)
            for joined in (everyone, group):
                groups.MEMBERS.add(state, user.id, joined.id)
            INLINE.put(state, user.id, "inline", DOCUMENT)
            for arn in (own.arn, EVERYONE, "arn:aws:iam::aws:policy/ReadOnlyAccess"):
                policies.ATTACHED.add(state, user.id, arn)
            boundaries.bound(state, user, EVERYONE)
    return iam
