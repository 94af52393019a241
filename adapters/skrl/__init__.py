"""skrl: one target for each agent. Tried with 2.1."""
