"""Twenty reports, and what each city's mechanism must do with them: data, the page made of it, and its playing."""
