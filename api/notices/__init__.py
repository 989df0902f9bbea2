"""Notices (函件): letters beside a dispute, numbered, proved delivered, answered."""
