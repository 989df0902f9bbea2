"""The desk: pages in Chinese over the same functions as the JSON interface. No build step, nothing from other hosts."""
