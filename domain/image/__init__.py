"""The case as others see it: the image, what it adds to lists, the events of a change, how pressing a task is."""
