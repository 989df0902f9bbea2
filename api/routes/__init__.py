"""The JSON interface under /v1: one module a heading of the contract."""
