"""Learning what makes two reports one matter's."""
