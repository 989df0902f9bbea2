"""The demo disputes: made by driving the real API as the demo people would."""
