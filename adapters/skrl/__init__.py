"""skrl: one target for each agent, and one for the JAX side. Tried with 2.1."""
