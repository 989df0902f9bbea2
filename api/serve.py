"""`python -m api.serve`: the API process."""

from __future__ import annotations

import gc

import uvicorn

from api.app import create_app
from infra.logs import configure_logs
from infra.settings import get_settings


def main() -> None:
    """Serves with the settings of the environment until told to end."""
    settings = get_settings()
    configure_logs(settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,  # paths hold dispute numbers and queries; what is needed is in /metrics and the access log
        timeout_graceful_shutdown=5,
    )
    gc.collect()  # the SDK may crash the interpreter at exit while its client is alive (sdk-python#300)


if __name__ == "__main__":
    main()
