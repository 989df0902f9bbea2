"""What the workbench of dispatchers and supervisors is read from: what is in sight, counted and laid out by stage,
unit, place and person.
"""
