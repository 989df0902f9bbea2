"""受理: reports taken in, on one road, and delivered to the engine."""
