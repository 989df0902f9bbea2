"""`python -m api.prepare`: what the production shape needs once before worker and API start.

The database at its newest revision and fit to be served from, and the Temporal namespace with its retention and search
attributes. `santui up` does the same inside its own opening.
"""

import asyncio
import gc
import sys

from pydantic import ValidationError

from domain.errors import StoreUnavailable
from infra.database import engine
from infra.runtime.file_permissions import mend, set_private_umask
from infra.runtime.settings import explain, get_settings
from infra.startup.installation import check_installation, check_key
from infra.startup.preflight import PreflightError
from infra.temporal.embedded import EngineError, prepare_namespace, typed
from workflows.search_attributes import SEARCH_ATTRIBUTES


def main() -> int:
    """Brings database and Temporal server to what this code expects. Idempotent; returns the exit code."""
    set_private_umask()
    try:
        settings = get_settings()
        mend(settings)
        check_key(settings)
        engine.migrate(settings)
        asyncio.run(check_installation(settings))
        asyncio.run(
            prepare_namespace(
                settings.temporal_target,
                settings.temporal_namespace,
                settings.retention_days,
                typed(SEARCH_ATTRIBUTES),
                settings.temporal_link,
            )
        )
    except (ValidationError, PreflightError, EngineError, engine.NoSuchRevision, StoreUnavailable) as error:
        print(explain(error) if isinstance(error, ValidationError) else error, file=sys.stderr)
        return 1
    finally:
        # The engine's client can crash the interpreter at its end unless what it holds is let go before.
        gc.collect()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
