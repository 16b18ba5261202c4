"""What AWS's documents print: a request, its response, a credential of the id in it."""

from __future__ import annotations

SAMPLE_REQUEST = (
    "https://iam.amazonaws.com/?Action=UpdateServiceSpecificCredential"
    "&ServiceSpecificCredentialId=ACCA12345ABCDEXAMPLE"
    "&UserName=Anika"
    "&Status=Active"
    "&Version=2010-05-08"
    "&AUTHPARAMS"
)
SAMPLE_RESPONSE = """
<UpdateServiceSpecificCredentialResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <ResponseMetadata>
    <RequestId>EXAMPLE8-90ab-cdef-fedc-ba987EXAMPLE</RequestId>
  </ResponseMetadata>
</UpdateServiceSpecificCredentialResponse>
"""


def with_id(iam, user_name, credential_id):
    """A credential under an id that a document prints: the fake makes up its own."""
    member = {
        "UserName": user_name,
        "Status": "Inactive",
        "ServiceUserName": f"{user_name}-at-123456789012",
        "CreateDate": "2019-04-18T20:45:36+00:00",
        "ServiceSpecificCredentialId": credential_id,
        "ServiceName": "codecommit.amazonaws.com",
    }
    (credential,) = iam.load({"ServiceSpecificCredentials": [member]})
    return credential
