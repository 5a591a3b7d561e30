"""Scorecards: how good the program is, on cases written apart from the rules that decide them."""
