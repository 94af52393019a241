"""What brax's loss is given, and steps of plain descent on it."""
