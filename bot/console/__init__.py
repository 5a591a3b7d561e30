"""Clinicians' pages: which conversations there were, what was said in one, and why it was decided so."""
