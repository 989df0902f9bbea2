"""转来情况: what a hotline, or whoever takes reports, has heard of a dispute since."""
