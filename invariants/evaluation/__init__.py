"""Statements about tabular policy evaluation: values, action values and visitation."""
