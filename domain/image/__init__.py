"""The case as others see it: the image, what it adds to lists, what people are told, how pressing a task is."""
