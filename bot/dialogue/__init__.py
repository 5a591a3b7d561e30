"""Rasa inside our process. Importing this room puts the stand-in for TensorFlow in place, for Rasa."""

from bot.dialogue import without_tensorflow

without_tensorflow.stand_in()
