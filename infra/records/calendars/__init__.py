"""Published editions of the working calendar."""
