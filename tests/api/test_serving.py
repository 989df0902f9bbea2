"""An API process that has started goes no more through what it keeps when it looks for garbage."""

from __future__ import annotations

import gc

import uvicorn
from fastapi import FastAPI

from api.serve import Server
from infra.startup.garbage import YOUNG
from tests.infra.support import free_port


async def test_what_was_made_until_it_serves_is_kept() -> None:
    app = FastAPI()
    config = uvicorn.Config(app, host="127.0.0.1", port=free_port(), log_config=None, lifespan="off")
    config.load()
    server = Server(app, config)
    server.lifespan = config.lifespan_class(config)
    gc.unfreeze()
    was, callbacks = gc.get_threshold(), [*gc.callbacks]
    try:
        await server.startup()
        assert server.started
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold() == YOUNG
    finally:
        gc.callbacks[:] = callbacks
        gc.unfreeze()
        gc.set_threshold(*was)
        await uvicorn.Server.shutdown(server)
