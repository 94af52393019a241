"""Claims: advantage."""
