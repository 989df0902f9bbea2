"""The kinds of task that people are asked, in groups; `domain.policy.catalogue` has them all."""
