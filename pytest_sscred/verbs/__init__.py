"""The verbs that a test uses, a group a file; `FakeIAM` has them all."""
