"""The doctor: what is wrong with the engine's runs, looked for every night, kept on record until it is gone."""
