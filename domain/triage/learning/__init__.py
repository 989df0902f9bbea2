"""What a county's corrections teach triage: which category a report is given, and so which units are suggested."""
