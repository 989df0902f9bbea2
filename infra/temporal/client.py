"""The way to Temporal: one encrypted client a process."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client
from temporalio.service import GrpcCompression, TLSConfig
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from infra.runtime.crypto import load_keys
from infra.runtime.settings import Settings
from infra.runtime.tls.link import Link
from infra.temporal.codec import data_converter, marking

TASK_TIMEOUT = timedelta(seconds=3)
"""Of one workflow task, set at start: after a worker's death its task is given to the next one after this long."""


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
        )
    except RuntimeError as error:
        raise link.refused(error) or error from error


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
