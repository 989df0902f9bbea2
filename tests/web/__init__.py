"""The desk: its forms by themselves, and its pages in a real browser."""
