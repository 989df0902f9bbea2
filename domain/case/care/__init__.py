"""What is put in for the people of a dispute: the measures of help, and the effort of police and departments apart."""
