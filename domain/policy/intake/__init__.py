"""Where reports come from, and which desks judge them: a part of the process, and what may not be said of it."""
