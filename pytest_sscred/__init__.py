"""A pytest plugin with a fake IAM for AWS's service-specific credentials.

The names below are imported when they are first asked for: pytest loads this package at every
start, and a run that does not use the fake pays nothing for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_sscred.consumers.accepting import Services
    from pytest_sscred.consumers.authentication import Authentication
    from pytest_sscred.doors.endpoint import Endpoint
    from pytest_sscred.errors import AccountClosed, OperationNotFaked
    from pytest_sscred.events.rules import EventRule
    from pytest_sscred.fake import FakeIAM
    from pytest_sscred.faults.faults import Fault, Interruption
    from pytest_sscred.handles import (
        AccessKey,
        Credential,
        Group,
        LoginProfile,
        MFADevice,
        Policy,
        SigningCertificate,
        SSHPublicKey,
        User,
    )
    from pytest_sscred.journal import Call
    from pytest_sscred.resources.history import Transition
    from pytest_sscred.rules import Rule
    from pytest_sscred.state.clock import Clock

__all__ = [
    "AccessKey",
    "AccountClosed",
    "Authentication",
    "Call",
    "Clock",
    "Credential",
    "Endpoint",
    "EventRule",
    "FakeIAM",
    "Fault",
    "Group",
    "Interruption",
    "LoginProfile",
    "MFADevice",
    "OperationNotFaked",
    "Policy",
    "Rule",
    "SSHPublicKey",
    "Services",
    "SigningCertificate",
    "Transition",
    "User",
]

_HOMES = {
    "AccessKey": "handles",
    "AccountClosed": "errors",
    "Authentication": "consumers.authentication",
    "Call": "journal",
    "Clock": "state.clock",
    "Credential": "handles",
    "Endpoint": "doors.endpoint",
    "EventRule": "events.rules",
    "FakeIAM": "fake",
    "Fault": "faults.faults",
    "Group": "handles",
    "Interruption": "faults.faults",
    "LoginProfile": "handles",
    "MFADevice": "handles",
    "OperationNotFaked": "errors",
    "Policy": "handles",
    "Rule": "rules",
    "SSHPublicKey": "handles",
    "Services": "consumers.accepting",
    "SigningCertificate": "handles",
    "Transition": "resources.history",
    "User": "handles",
}


def pytest_addoption(pluginmanager: Any) -> None:
    """For `-p pytest_sscred`: register the plugin of the entry point, under its name."""
    if not pluginmanager.has_plugin("sscred"):
        pluginmanager.register(import_module(f"{__name__}.plugin"), "sscred")


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # takes 10 ms, and few ask for it

        return version("pytest-sscred")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
