"""What is measured, and how to measure it again.

- `python -m bench.engine`: santui over HTTP against the bare engine, in one run on one Temporal server.
- `python -m bench.growth`: what grows with the number of open disputes.
- `python -m bench.raw`: the bare engine alone, the peer that everything else is compared with.
- `python -m bench.triage`, `bench.repeats`, `bench.places`: how right and fast triage is, on any labelled file.

`santui` runs the system, `story` is the life it lives, `comparison` what repeated runs come to beside the bare engine.
`scoring` is what those of triage share; `support` (processes, callers), `figures` (numbers), `cli` are everybody's.
"""
