"""骨头案, 钉子案, 回流案: the tags of a case."""
