"""What an account forgets that serves for long."""

from __future__ import annotations

from names import CREATE, DELETE, UPDATE

from pytest_sscred.forgetting import forget
from pytest_sscred.resources.credentials import KIND
from pytest_sscred.resources.people import USERS

RESET = "ResetServiceSpecificCredential"


def test_things_are_as_they_are_and_little_is_kept_of_what_they_were(iam, ask):
    state = iam._account.state
    kept = iam.add_credential("Anika", "codecommit.amazonaws.com")
    iam.add_credential("Cem", "codecommit.amazonaws.com")
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": kept.id}
    for status in ["Inactive", "Active"] * 20:
        ask(UPDATE, **about, Status=status)
        ask(RESET, **about)
    for _ in range(20):
        made = ask(CREATE, UserName="Anika", ServiceName="codecommit.amazonaws.com").result
        an_id = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
        ask(DELETE, UserName="Anika", ServiceSpecificCredentialId=an_id)

        ask("CreateUser", UserName="Bela")
        ask("DeleteUser", UserName="Bela")

    forget(state, 5)
    assert kept.statuses == ["Active"]
    with_password = {"user_name": kept.service_user_name, "password": kept.password}
    assert iam.authenticate(kept.service_name, **with_password).accepted
    assert len(KIND.rows(state)) == 2 + 5
    assert len(USERS.rows(state)) == 2 + 5
    assert KIND.rows(state)[kept.id].old_secrets[1:] == ()
    assert len(state.secrets._made) == 5 + 3
    assert iam.credentials("Anika") == [kept]

    ask(UPDATE, **about, Status="Inactive")
    assert kept.statuses == ["Active", "Inactive"]
    assert state.secrets.mask(f"the password {kept.password}") == "the password ***"
