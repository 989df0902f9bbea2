"""What the benches of triage, repeats and places share: labelled files, measures, baselines, and what is measured."""
