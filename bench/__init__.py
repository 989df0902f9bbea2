"""What is measured, and how to measure it again.

- `python -m bench.engine`: santui over HTTP against the bare engine, in one run on one Temporal server.
- `python -m bench.raw`: the bare engine alone, the peer that everything else is compared with.
- `python -m bench.triage`: the first triage, how right and how fast.

`story` is the life that `bench.engine` plays; `raw_case`, `raw_store` and `raw_worker` are the bare engine's workflow,
its one table and its worker process. `support` (processes, callers), `figures` (numbers, table) and `cli` are shared.
"""
