"""The process on the real engine, with the worker in the test's own process."""
