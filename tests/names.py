"""AWS's names that many tests use."""

CODECOMMIT = "codecommit.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"

CREATE = "CreateServiceSpecificCredential"
UPDATE = "UpdateServiceSpecificCredential"
DELETE = "DeleteServiceSpecificCredential"


def secret_of(credential):
    """What its service takes: an API key has a secret, another credential a password."""
    return credential.password if credential.service_user_name else credential.secret
