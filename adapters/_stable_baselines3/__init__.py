"""How to reach the parts that stable-baselines3 and sb3-contrib share."""
