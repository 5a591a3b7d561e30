"""How well messages are understood: findings, times and persons, on labelled messages of our own and of others."""
