"""The responsibility list as it is published: which unit leads which of the 81 classes, by which edition, from when."""
