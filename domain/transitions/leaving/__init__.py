"""Leaving (离任交接): what becomes of the work of people who are gone, and what has to be said of it before."""
