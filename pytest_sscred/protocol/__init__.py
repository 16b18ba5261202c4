"""AWS's Query protocol, driven by botocore's model of IAM. It knows no operation by name."""
