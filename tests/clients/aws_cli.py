"""Runs commands of the AWS CLI that is installed for this interpreter, version 1 or 2.

A line of JSON in, [arguments, environment, anew]; a line out, [exit code, stdout, stderr]. The
CLI's own code, without its second of start for each command; `anew` makes its driver anew, since
what some options register stays with that. For arguments of null the line out is the CLI's model
of IAM.
"""

import contextlib
import io
import json
import os
import sys

from awscli.clidriver import create_clidriver


class Text(io.StringIO):
    """What the CLI writes to, text and bytes."""

    encoding = "utf-8"

    def __init__(self):
        super().__init__()
        self.buffer = io.BytesIO()

    def __str__(self):
        return self.getvalue() + self.buffer.getvalue().decode()


answers = sys.stdout
driver = create_clidriver()
for line in sys.stdin:
    arguments, environment, anew = json.loads(line)
    if arguments is None:
        loader = driver.session.get_component("data_loader")
        print(json.dumps(loader.load_service_model("iam", "service-2")), file=answers, flush=True)
        continue
    os.environ.update(environment)
    out, err = Text(), Text()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = (create_clidriver() if anew else driver).main(arguments)
        except SystemExit as left:
            code = left.code
    answers.write(json.dumps([code, str(out), str(err)]) + "\n")
    answers.flush()
