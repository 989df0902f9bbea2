"""The process, as code that reads like the policy. Deterministic: reaches `domain` and nothing else of ours."""
