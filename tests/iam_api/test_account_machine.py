"""The account against a plain model of it: any order of operations, the same state."""

from __future__ import annotations

import datetime as dt

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from waist import Waist

from pytest_sscred import FakeIAM

NAMES = st.sampled_from(["Anika", "anika", "sofia", "Li"])
SERVICES = st.sampled_from(["codecommit.amazonaws.com", "bedrock.amazonaws.com"])
START = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)


class AccountMachine(RuleBasedStateMachine):
    """The model: users as a dict of lower-case name to name, credentials as dicts in a list."""

    credentials = Bundle("credentials")

    def __init__(self):
        super().__init__()
        self.iam = FakeIAM(seed="machine")
        self.iam.clock.move_to(START)
        self.ask = Waist(self.iam)
        self.now = START
        self.users = {}
        self.known = []

    def of(self, key):
        return [each for each in self.known if each["user"] == key and not each["deleted"]]

    def status(self, credential):
        if credential["deleted"]:
            return "Deleted"
        expired = credential["expires"] and self.now >= credential["expires"]
        return "Expired" if expired else credential["status"]

    def move(self, credential, status):
        """The history as the model has it: expiry is noted when it is passed, not before."""
        self.note_expiry(credential)
        if credential["history"][-1] != status:
            credential["history"].append(status)

    def note_expiry(self, credential):
        if self.status(credential) == "Expired" != credential["history"][-1]:
            credential["history"].append("Expired")

    @rule(name=NAMES)
    def create_user(self, name):
        answer = self.ask("CreateUser", UserName=name)
        if name.lower() in self.users:
            assert answer.code == "EntityAlreadyExists"
        else:
            assert answer.status == 200
            self.users[name.lower()] = name

    @rule(name=NAMES)
    def delete_user(self, name):
        answer = self.ask("DeleteUser", UserName=name)
        key = name.lower()
        if key not in self.users:
            assert answer.code == "NoSuchEntity"
        elif self.of(key):
            assert answer.code == "DeleteConflict"
        else:
            assert answer.status == 200
            del self.users[key]

    @rule(name=NAMES)
    def remove_user(self, name):
        key = name.lower()
        if key in self.users:
            self.iam.remove_user(name)
            for credential in self.of(key):
                self.move(credential, "Deleted")
                credential["deleted"] = True
            del self.users[key]

    @rule(name=NAMES, new_name=NAMES)
    def rename_user(self, name, new_name):
        answer = self.ask("UpdateUser", UserName=name, NewUserName=new_name)
        key, new_key = name.lower(), new_name.lower()
        if key not in self.users:
            assert answer.code == "NoSuchEntity"
        elif key != new_key and new_key in self.users:
            assert answer.code == "EntityAlreadyExists"
        else:
            assert answer.status == 200
            del self.users[key]
            self.users[new_key] = new_name
            for credential in self.known:
                if credential["user"] == key and not credential["deleted"]:
                    credential["user"] = new_key

    @rule(target=credentials, name=NAMES, service=SERVICES, age=st.none() | st.integers(1, 3))
    def create(self, name, service, age):
        params = {} if age is None else {"CredentialAgeDays": age}
        answer = self.ask(
            "CreateServiceSpecificCredential", UserName=name, ServiceName=service, **params
        )
        key = name.lower()
        taken = [each for each in self.of(key) if each["service"] == service]
        if key not in self.users:
            assert answer.code == "NoSuchEntity"
        elif len(taken) == 2:
            assert answer.code == "LimitExceeded"
        else:
            assert answer.status == 200
            credential = {
                "id": answer.result["ServiceSpecificCredential"]["ServiceSpecificCredentialId"],
                "user": key,
                "service": service,
                "status": "Active",
                "expires": age and self.now + dt.timedelta(days=age),
                "deleted": False,
                "history": ["Active"],
            }
            self.known.append(credential)
            return credential
        return None

    @rule(credential=credentials, name=NAMES, status=st.sampled_from(["Active", "Inactive"]))
    def update(self, credential, name, status):
        if credential is None:
            return
        code = self.about("UpdateServiceSpecificCredential", credential, name, Status=status)
        if code is None:
            credential["status"] = status
            self.move(credential, status)

    @rule(credential=credentials, name=NAMES)
    def reset(self, credential, name):
        if credential is not None:
            self.about("ResetServiceSpecificCredential", credential, name)

    @rule(credential=consumes(credentials), name=NAMES)
    def delete(self, credential, name):
        if credential is None:
            return
        code = self.about("DeleteServiceSpecificCredential", credential, name)
        if code is None:
            self.move(credential, "Deleted")
            credential["deleted"] = True

    def about(self, operation, credential, name, **params):
        """Ask, and hold the answer's code against the model's."""
        answer = self.ask(
            operation, UserName=name, ServiceSpecificCredentialId=credential["id"], **params
        )
        expected = None
        if name.lower() not in self.users or credential["deleted"]:
            expected = "NoSuchEntity"
        elif credential["user"] != name.lower():
            expected = "ValidationError"
        elif self.status(credential) == "Expired" and not operation.startswith("Delete"):
            expected = "InvalidInput"
        assert answer.code == expected
        return expected

    @rule(hours=st.integers(1, 40))
    def wait(self, hours):
        self.now += dt.timedelta(hours=hours)
        self.iam.clock.move_to(self.now)

    @invariant()
    def the_users_are_the_models(self):
        assert [user.name for user in self.iam.users()] == [
            self.users[key] for key in sorted(self.users)
        ]

    @invariant()
    def the_histories_are_the_models(self):
        for credential in self.known:
            self.note_expiry(credential)
            handle = self.iam.credential(credential["id"])
            assert handle.status == self.status(credential)
            assert handle.statuses == credential["history"]

    @invariant()
    def each_transition_starts_where_the_last_one_ended(self):
        for credential in self.known:
            transitions = self.iam.credential(credential["id"]).transitions
            ends = [None, *(transition.status for transition in transitions)]
            assert [transition.previous for transition in transitions] == ends[:-1]
            assert sorted(t.at for t in transitions) == [t.at for t in transitions]

    @invariant()
    def the_list_of_all_is_in_the_order_of_ids_and_whole(self):
        answer = self.ask("ListServiceSpecificCredentials", AllUsers=True)
        listed = answer.result["ServiceSpecificCredentials"]
        living = sorted(each["id"] for each in self.known if not each["deleted"])
        assert [each["ServiceSpecificCredentialId"] for each in listed] == living

    @invariant()
    def no_two_credentials_of_a_service_share_a_name(self):
        names = [
            (each.service_name, each.service_user_name or each.alias)
            for each in self.iam.credentials()
        ]
        assert len(names) == len(set(names))


TestAccount = AccountMachine.TestCase
TestAccount.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
