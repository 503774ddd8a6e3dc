"""Made-up people over real units: for demos, tests and benchmarks, the same again from the same seed."""
