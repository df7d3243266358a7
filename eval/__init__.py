"""How good qa is: known question-answer pairs, pure metrics, rivals in the same run. Start: `python -m eval`."""
