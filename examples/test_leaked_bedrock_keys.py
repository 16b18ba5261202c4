import pytest
from leaked_bedrock_keys import PATTERN, handler

BEDROCK = "bedrock.amazonaws.com"


def leaked(*credentials):
    return {"detail": {"keys": [credential.secret for credential in credentials]}}


def test_a_leaked_key_is_deactivated_and_no_other(sscred_iam):
    key = sscred_iam.add_credential("BedrockAPIKey-a1b2", BEDROCK, age_days=30)
    other = sscred_iam.add_credential("BedrockAPIKey-a1b2", BEDROCK)
    assert handler(leaked(key)) == {"deactivated": [key.id], "failed": {}}
    sscred_iam.assert_deactivated(key)
    sscred_iam.assert_active(other)


def test_a_renamed_users_key_is_found_by_its_alias(sscred_iam):
    key = sscred_iam.add_credential("Anika", BEDROCK)
    sscred_iam.client().update_user(UserName="Anika", NewUserName="Annika")
    handler(leaked(key))
    sscred_iam.assert_deactivated(key)


@pytest.mark.sscred_iam(page_size=1)
def test_keys_on_later_pages_are_found(sscred_iam):
    keys = [sscred_iam.add_credential(f"u{number}", BEDROCK) for number in range(3)]
    handler(leaked(*keys))
    for key in keys:
        sscred_iam.assert_deactivated(key)


def test_what_could_not_be_deactivated_is_reported(sscred_iam):
    gone, denied, done = (sscred_iam.add_credential(name, BEDROCK) for name in "abc")
    event = leaked(gone, denied, done)
    event["detail"]["keys"].append("ghp_no_key_of_bedrock")
    sscred_iam.remove_credential(gone)
    sscred_iam.add_fault("AccessDenied", on="UpdateServiceSpecificCredential", user_name="b")

    assert handler(event) == {
        "deactivated": [done.id],
        "failed": {
            gone.alias: "no such credential",
            denied.alias: "AccessDenied",
            "ghp_no_k": "no Bedrock key",
        },
    }
    sscred_iam.assert_active(denied)


def test_a_user_that_vanishes_after_the_list_is_reported(sscred_iam):
    key = sscred_iam.add_credential("Anika", BEDROCK)
    sscred_iam.add_fault("NoSuchEntity", on="UpdateServiceSpecificCredential", user_name="Anika")
    assert handler(leaked(key))["failed"] == {key.alias: "NoSuchEntity"}


def test_an_expired_key_is_reported(sscred_iam):
    created = sscred_iam.clock.now()
    key = sscred_iam.add_credential("Anika", BEDROCK, created=created, age_days=1)
    sscred_iam.clock.move_to(key.expires)
    assert handler(leaked(key))["failed"] == {key.alias: "InvalidInput"}


def quarantine(iam, user_name):
    policy = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    iam.client().attach_user_policy(UserName=user_name, PolicyArn=policy)


def test_the_event_of_a_quarantine_deactivates_the_users_keys(sscred_iam):
    keys = [sscred_iam.add_credential("Anika", BEDROCK) for _ in range(2)]
    other = sscred_iam.add_credential("Bela", BEDROCK)
    rule = sscred_iam.on_event(handler, PATTERN)
    quarantine(sscred_iam, "Anika")
    for key in keys:
        sscred_iam.assert_deactivated(key)
    sscred_iam.assert_active(other)
    assert len(rule.events) == 1


def test_an_event_that_arrives_twice_does_no_harm(sscred_iam):
    key = sscred_iam.add_credential("Anika", BEDROCK)
    sscred_iam.on_event(handler, PATTERN, times=2)
    quarantine(sscred_iam, "Anika")
    sscred_iam.assert_deactivated(key)


def test_other_policies_make_no_event_of_this_kind(sscred_iam):
    key = sscred_iam.add_credential("Anika", BEDROCK)
    rule = sscred_iam.on_event(handler, PATTERN)
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    sscred_iam.client().attach_user_policy(UserName="Anika", PolicyArn=policy)
    sscred_iam.assert_active(key)
    assert rule.events == []
