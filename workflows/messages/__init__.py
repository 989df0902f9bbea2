"""What comes to a case through the engine: admitted once, refused where it is not ours, kept where no run took it."""
