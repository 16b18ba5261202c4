"""A user with all that can hang on one."""

from __future__ import annotations

DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


def everything(iam, prefix=""):
    """The user, its group, its managed policy, and what else it has."""
    named = f"{prefix}-" if prefix else ""
    user = iam.add_user(f"{named}Anika", tags={"Team": "red"})
    policy = iam.add_policy(f"{named}deploy", DOCUMENT)
    group = iam.add_group(f"{named}admins")
    group.put_policy("inline", DOCUMENT)
    group.attach_policy(policy)
    made = [
        iam.add_credential(user, "bedrock.amazonaws.com"),
        user.add_access_key(),
        user.add_ssh_public_key(),
        user.add_signing_certificate(),
        user.add_mfa_device(),
        user.add_login_profile(),
    ]
    user.put_policy("inline", DOCUMENT)
    user.attach_policy(policy)
    user.add_to_group(group)
    user.set_permissions_boundary(policy)
    return user, group, policy, made
