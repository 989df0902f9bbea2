"""Where calls come from (警源): reports counted by source, beat, category, hour and place."""
