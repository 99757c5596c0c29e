"""How good it is: question sets, a run of one through an assistant, its metrics and the report."""
