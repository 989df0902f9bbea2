"""Looking into a case that is need-to-know, without having anything to do in it: breaking the glass."""
