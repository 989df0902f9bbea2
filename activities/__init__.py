"""The ports of `workflows/ports.py`, implemented against `infra`."""
