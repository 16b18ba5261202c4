"""The models of IAM and STS, as the installed botocore has them."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from pytest_sscred.data_files import DataLoader, data_files
from pytest_sscred.errors import COMMON_ERRORS, ErrorKind
from pytest_sscred.frozen import frozen

SERVICES = ("iam", "sts")
"""The services that share the model, by botocore's names."""


class Service:
    """One service's operations, and what its answers say of it."""

    def __init__(self, model: ServiceModel) -> None:
        self.operation: Callable[[str], OperationModel] = functools.cache(model.operation_model)
        self.name: str = model.service_name
        self.version: str = model.api_version
        self.namespace: str = model.metadata["xmlNamespace"]
        self.operation_names: frozenset[str] = frozenset(model.operation_names)


class Model:
    """Both services' models, with the lookups that the fake needs.

    A version names the service, as in a request; so does an operation, since none is in both.
    """

    def __init__(self, iam: ServiceModel) -> None:
        self.iam = Service(iam)
        self.operation: Callable[[str], OperationModel] = functools.cache(self._operation)
        modelled = [_kind(shape) for shape in iam.error_shapes]
        self.errors: dict[str, ErrorKind] = {
            **{kind.code: kind for kind in modelled},
            **COMMON_ERRORS,
        }
        """Every error that can be answered with, by its code on the wire. STS adds none: what is
        faked of it has only the common ones."""
        self._by_class_name = {
            shape.name: kind.code for shape, kind in zip(iam.error_shapes, modelled, strict=True)
        }
        self._class_names = {code: name for name, code in self._by_class_name.items()}

    @functools.cached_property
    def sts(self) -> Service:
        """STS, read when it is first needed."""
        return Service(_service_model("sts"))

    def of_version(self, version: str) -> Service:
        """The service that a request's version names; IAM if no service has that version."""
        if version in ("", self.iam.version) or version != self.sts.version:
            return self.iam
        return self.sts

    def of_operation(self, operation: str) -> Service:
        """The service that has the operation."""
        return self.iam if operation in self.iam.operation_names else self.sts

    def _operation(self, name: str) -> OperationModel:
        return self.of_operation(name).operation(name)

    def members(self, operation: str) -> Mapping[str, Shape]:
        """The parameters of `operation`."""
        shape = self.operation(operation).input_shape
        return shape.members if shape else {}

    def masked(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """A frozen copy of `params`, with the values masked that the model calls sensitive."""
        if has_secret(self.operation(operation).input_shape):
            members = self.members(operation)
            params = {
                name: "***" if has_secret(members.get(name)) else value
                for name, value in params.items()
            }
        copy: Mapping[str, Any] = frozen(params)
        return copy

    def error_codes(self, operation: str) -> set[str]:
        """The codes that `operation` can answer with, including those of every AWS action."""
        modelled = {_kind(shape).code for shape in self.operation(operation).error_shapes}
        return modelled | set(COMMON_ERRORS)

    def wire_code(self, name: str) -> str:
        """`NoSuchEntity` for `NoSuchEntityException`; a name it does not know stays as it is."""
        if name in self._by_class_name:
            return self._by_class_name[name]
        short = name.removesuffix("Exception")
        return short if short in self.errors else name

    def class_name(self, code: str) -> str:
        """`NoSuchEntityException` for `NoSuchEntity`; a code that no class has stays as it is."""
        return self._class_names.get(code, code)


@functools.cache
def loader() -> Loader:
    """botocore's data; a loader keeps what it has read."""
    return DataLoader(data_files(), [Loader.BUILTIN_DATA_PATH])


@functools.cache
def load_model() -> Model:
    """The installed botocore's models; read once per process, and never changed."""
    return Model(_service_model("iam"))


def _service_model(name: str) -> ServiceModel:
    return ServiceModel(loader().load_service_model(name, "service-2"), name)


def _kind(shape: Any) -> ErrorKind:
    error = shape.metadata.get("error", {})
    status = error.get("httpStatusCode", 400)
    return ErrorKind(
        code=shape.error_code,
        status=status,
        by_sender=error.get("senderFault", status < 500),
        text=_first_sentence(shape.documentation),
    )


def _first_sentence(documentation: str) -> str:
    plain = html.unescape(re.sub(r"<[^>]+>", "", documentation))
    return plain.split(". ")[0].strip()


@functools.cache
def has_secret(shape: Any) -> bool:
    """Whether the model calls it, or something in it, sensitive; None means no shape."""
    if shape is None:
        return False
    if shape.metadata.get("sensitive"):
        return True
    inner = getattr(shape, "members", {}).values() if shape.type_name == "structure" else ()
    return any(map(has_secret, inner)) or (shape.type_name == "list" and has_secret(shape.member))


def without_secrets(shape: Any, value: Any) -> Any:
    """The value without what the model calls sensitive; the same one if there is nothing such."""
    if not has_secret(shape):
        return value
    if isinstance(value, Mapping):
        members = shape.members
        return {
            name: without_secrets(members[name], each)
            for name, each in value.items()
            if not members[name].metadata.get("sensitive")
        }
    return [without_secrets(shape.member, each) for each in value]


def secrets_in(shape: Any, value: Any) -> Iterator[str]:
    """The values in it that the model calls sensitive, as text."""
    if not has_secret(shape):
        return
    if shape.metadata.get("sensitive"):
        yield value.decode("latin-1") if isinstance(value, bytes) else str(value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from secrets_in(shape.members.get(name), each)
    else:
        for each in value:
            yield from secrets_in(shape.member, each)
