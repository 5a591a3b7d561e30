"""The messaging platforms: a webhook each, checked, stored and answered in the background, all alike."""
