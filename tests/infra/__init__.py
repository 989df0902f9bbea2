"""Tests of settings, embedded server, supervisor and the production shape."""
