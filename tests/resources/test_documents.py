"""The AWS documents that the project began from: what they describe works, word for word.

- UpdateServiceSpecificCredential, IAM API Reference, its sample request and response
- update-service-specific-credential, AWS CLI Command Reference, examples 1 and 2
- IAM.Client.update_service_specific_credential, Boto3 documentation
"""

from __future__ import annotations

import boto3
import pytest
from samples import SAMPLE_REQUEST, SAMPLE_RESPONSE, with_id
from waist import Waist

from pytest_sscred import FakeIAM
from pytest_sscred.iam_api import handle
from pytest_sscred.protocol.model import Model, load_model
from pytest_sscred.wire import Request


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_sample_request_gets_the_sample_response(iam, method):
    credential = with_id(iam, "Anika", "ACCA12345ABCDEXAMPLE")
    url, _, query = SAMPLE_REQUEST.partition("?")
    request = Request(SAMPLE_REQUEST) if method == "GET" else Request(url, body=query.encode())
    response = handle(iam._account, request)
    assert response.status == 200
    request_id = response.headers["x-amzn-requestid"]
    body = response.body.decode().replace(request_id, "EXAMPLE8-90ab-cdef-fedc-ba987EXAMPLE")
    assert body == SAMPLE_RESPONSE.lstrip()
    iam.assert_statuses(credential, ["Inactive", "Active"])


def test_the_first_example_of_the_cli_is_about_the_requesting_user():
    """aws iam update-service-specific-credential --service-specific-credential-id ... --status"""
    with FakeIAM() as iam:
        credential = with_id(iam, "sofia", "ACCAEXAMPLE123EXAMPLE")
        client = iam.client(user_name="sofia")
        about = {"ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE"}
        client.update_service_specific_credential(Status="Active", **about)
        client.update_service_specific_credential(Status="Inactive", **about)
    iam.assert_deactivated(credential)


def test_the_second_example_of_the_cli_names_the_user():
    """aws iam update-service-specific-credential --user-name sofia ... --status Inactive"""
    with FakeIAM() as iam:
        credential = with_id(iam, "sofia", "ACCAEXAMPLE123EXAMPLE")
        answer = boto3.client("iam").update_service_specific_credential(
            UserName="sofia",
            ServiceSpecificCredentialId="ACCAEXAMPLE123EXAMPLE",
            Status="Inactive",
        )
    assert set(answer) == {"ResponseMetadata"}, "this command produces no output"
    iam.assert_statuses(credential, ["Inactive"])


def test_boto3s_method_takes_the_documented_and_raises_the_documented(sscred_iam):
    client = boto3.client("iam")
    with pytest.raises(client.exceptions.NoSuchEntityException):
        client.update_service_specific_credential(
            UserName="string", ServiceSpecificCredentialId="A" * 20, Status="Active"
        )


def test_the_statuses_are_those_of_the_installed_model(iam, ask):
    """The documents disagree: `Active | Inactive`, and `Expired` in the newer ones."""
    shape = load_model().members("UpdateServiceSpecificCredential")["Status"]
    assert shape.enum == ["Active", "Inactive", "Expired"]
    credential = iam.add_credential("Anika", "codecommit.amazonaws.com")
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": credential.id}
    expired = ask("UpdateServiceSpecificCredential", Status="Expired", **about)
    assert expired.code == "InvalidInput"


def test_a_model_without_expired_refuses_it_as_no_value(iam):
    """As botocore's was before 2025-06-30."""
    import copy

    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    description = copy.deepcopy(Loader().load_service_model("iam", "service-2"))
    description["shapes"]["statusType"]["enum"].remove("Expired")
    iam._account.model = Model(ServiceModel(description, "iam"))
    credential = iam.add_credential("Anika", "codecommit.amazonaws.com")
    answer = Waist(iam)(
        "UpdateServiceSpecificCredential",
        UserName="Anika",
        ServiceSpecificCredentialId=credential.id,
        Status="Expired",
    )
    assert answer.code == "ValidationError"
    assert "enum value set" in answer.message
