"""What every room stands on: services, sign-in, errors, idempotency, the way to the engine. Knows no room."""
