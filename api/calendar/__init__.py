"""工作日历: a new edition is published, checked, and told to every open dispute."""
