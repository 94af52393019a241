"""Claims: mdp."""
