"""The AWS SDK for JavaScript, version 3, over the endpoint."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from client_programs import find_node_modules

pytestmark = pytest.mark.program

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
README_BLOCK = re.search(r"```js\n(.*?)```", README, re.DOTALL)[1]

PROGRAM = """
import assert from "node:assert/strict";
import {
  IAMClient,
  CreateServiceSpecificCredentialCommand,
  ListServiceSpecificCredentialsCommand,
  NoSuchEntityException,
  UpdateServiceSpecificCredentialCommand,
} from "@aws-sdk/client-iam";

const iam = new IAMClient();

// create
const { ServiceSpecificCredential: made } = await iam.send(
  new CreateServiceSpecificCredentialCommand({
    UserName: "Anika", ServiceName: "bedrock.amazonaws.com", CredentialAgeDays: 30,
  }),
);
assert.match(made.ServiceCredentialSecret, /^ABSK/);
assert.equal(made.ExpirationDate - made.CreateDate, 30 * 86400 * 1000);

// list, by pages of one
let found = [], Marker;
do {
  const page = await iam.send(
    new ListServiceSpecificCredentialsCommand({ AllUsers: true, MaxItems: 1, Marker }),
  );
  found.push(...page.ServiceSpecificCredentials);
  Marker = page.IsTruncated ? page.Marker : undefined;
} while (Marker);
assert.equal(found.length, 3);

// deactivate
await iam.send(
  new UpdateServiceSpecificCredentialCommand({
    UserName: "Anika",
    ServiceSpecificCredentialId: made.ServiceSpecificCredentialId,
    Status: "Inactive",
  }),
);

// survive a missing user
await assert.rejects(
  iam.send(
    new UpdateServiceSpecificCredentialCommand({
      UserName: "Ghost",
      ServiceSpecificCredentialId: made.ServiceSpecificCredentialId,
      Status: "Inactive",
    }),
  ),
  (error) =>
    error instanceof NoSuchEntityException &&
    error.message === "The user with name Ghost cannot be found.",
);
"""


@pytest.fixture
def run_node(sscred_endpoint, tmp_path):
    (tmp_path / "node_modules").symlink_to(find_node_modules())

    def run(program, *arguments):
        (tmp_path / "program.mjs").write_text(program)
        done = subprocess.run(
            ["node", "program.mjs", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, **sscred_endpoint.env},
        )
        assert done.returncode == 0, done.stderr

    return run


def test_create_list_deactivate_and_survive(run_node, sscred_iam):
    sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    sscred_iam.add_credential("Bela", "codecommit.amazonaws.com")
    run_node(PROGRAM)
    (key,) = sscred_iam.credentials("Anika", "bedrock.amazonaws.com")
    sscred_iam.assert_deactivated(key)
    sscred_iam.assert_called("ListServiceSpecificCredentials", times=3)


def test_throttling_is_retried(run_node, sscred_iam):
    sscred_iam.add_fault("Throttling", on="UpdateServiceSpecificCredential", times=1)
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    run_node(README_BLOCK, credential.id)
    assert [call.error for call in sscred_iam.calls] == ["Throttling", None]


def test_a_network_that_fails_is_retried(run_node, sscred_iam):
    sscred_iam.add_fault("ConnectionClosedError", on="UpdateServiceSpecificCredential", times=1)
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    run_node(README_BLOCK, credential.id)
    assert [call.error for call in sscred_iam.calls] == ["ConnectionClosedError", None]


def test_the_readmes_program(run_node, sscred_iam):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    run_node(README_BLOCK, credential.id)
    sscred_iam.assert_deactivated(credential)
