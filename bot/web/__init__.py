"""The one public door: chat API, chat page, widget files, health."""
