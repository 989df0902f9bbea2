"""The demo county: a whole county of organisations and people, so that the first minute shows the mechanism at work."""

from infra.demo.load import load, load_minimal

__all__ = ["load", "load_minimal"]
