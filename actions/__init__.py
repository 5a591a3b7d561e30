"""Rasa custom actions: thin, slots in, bot/ called, events out. In our process and under `rasa run actions`."""
