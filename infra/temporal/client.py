"""The way to Temporal: one encrypted client a process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    DescribeWorkflowInput,
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    SignalWorkflowInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowExecutionDescription,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.service import GrpcCompression, RPCError, RPCStatusCode, TLSConfig
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from infra.runtime.crypto import load_keys
from infra.runtime.settings import Settings
from infra.runtime.tls.link import Link
from infra.temporal.codec import data_converter, marking

TASK_TIMEOUT = timedelta(seconds=3)
"""Of one workflow task, set at start: after a worker's death its task is given to the next one after this long."""

NOT_CONNECTED = "Failed client connect"
"""How the SDK begins what it says where it has no name for it."""


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """A client whose payloads and failures are encrypted. One a process, on its event loop; `lazy` connects late.

    Raises:
        RuntimeError: nobody answers; `LinkUnfit` where that is for a certificate.
    """
    link = settings.temporal_link
    try:
        return await Client.connect(
            settings.temporal_target,
            namespace=settings.temporal_namespace,
            data_converter=data_converter(load_keys(settings.key_file)),
            grpc_compression=GrpcCompression.NONE,
            tls=tls_of(link),
            lazy=lazy,
            interceptors=[Away()],
        )
    except RuntimeError as error:
        raise link.refused(error) or error from error


class Away(Interceptor):
    """Says of a call that found nobody to connect to what the SDK says of every later one: UNAVAILABLE. A lazy client
    connects with its first call, and an engine that is away then has no name in the SDK.
    """

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """The calls that disputes are started, asked and steered with."""
        return _FirstCalls(next)


class _FirstCalls(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        with _connecting():
            return await super().start_workflow(input)

    async def describe_workflow(self, input: DescribeWorkflowInput) -> WorkflowExecutionDescription:
        with _connecting():
            return await super().describe_workflow(input)

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        with _connecting():
            return await super().query_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        with _connecting():
            await super().signal_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        with _connecting():
            return await super().start_workflow_update(input)


@contextlib.contextmanager
def _connecting() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        if type(error) is not RuntimeError or not str(error).startswith(NOT_CONNECTED):
            raise
        raise RPCError(str(error), RPCStatusCode.UNAVAILABLE, b"") from error


def tls_of(link: Link) -> TLSConfig | bool:
    """What Temporal's client speaks TLS with; False in the clear.

    Raises:
        LinkUnfit
    """
    if link.context() is None:
        return False
    return TLSConfig(
        server_root_ca_cert=link.read(link.ca),
        domain=link.name,
        client_cert=link.read(link.certificate),
        client_private_key=link.read(link.key),
    )


def for_workers(client: Client) -> Client:
    """The same connection, to which a payload that is not ours comes as a mark and does not stop the work."""
    config = client.config()
    config["data_converter"] = marking(client.data_converter)
    return Client(**config)


def drill_clock(client: Client) -> TimeSkipper:
    """Moves one dispute's clock forward (演练); time runs as always until it is asked to."""
    return TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
