"""A module that the supervisor's tests have loaded ahead; what it says is read from its log."""

from __future__ import annotations

import time

print("loaded", flush=True)


def main(name: str = "nobody") -> None:
    """Says who it is, and stays."""
    print(f"works as {name}", flush=True)
    time.sleep(600)
