"""The read model: written by image, read within what a person may see."""
