"""分案: a report that had joined a dispute by mistake is taken out of it, and is a dispute of its own."""
