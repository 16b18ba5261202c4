"""AWS's names that many tests use."""

CODECOMMIT = "codecommit.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"

CREATE = "CreateServiceSpecificCredential"
UPDATE = "UpdateServiceSpecificCredential"
DELETE = "DeleteServiceSpecificCredential"
