# What the project does, one command each. Every target sets up what it needs first; a second set-up takes no time.
.DEFAULT_GOAL := help
.PHONY: help setup serve demo test test-all check widget lock tensorflow peers evaluate bench screenshots

SIGNPOST := .venv/bin/signpost
PYTEST := .venv/bin/pytest

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## bring uv and Python 3.10 if missing, and the locked packages into .venv
	@scripts/setup

serve: setup ## serve the chat (SIGNPOST_HOST, SIGNPOST_PORT); the first time trains and fills the database
	@exec $(SIGNPOST) serve

demo: setup ## serve a home of its own, var/demo, that is full of a made-up clinic's month; the first time takes a minute or two
	@exec .venv/bin/python scripts/demo.py

test: setup ## every test but the slow ones, in parallel: the widget's, and those in a browser, too
	@scripts/browser
	@scripts/graphviz
	scripts/widget test
	$(PYTEST) -n auto --dist loadgroup

test-all: setup ## the slow tests too (real TensorFlow where `make tensorflow` was run)
	@scripts/browser
	@scripts/graphviz
	scripts/widget test
	$(PYTEST) -n auto --dist loadgroup -m ""

widget: setup ## build bot/web/static/widget.js from widget/
	scripts/widget build

check: setup ## lint, types, the widget's build, Rasa's data, the medical knowledge
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	scripts/widget check
	$(SIGNPOST) rasa data validate --fail-on-warnings
	$(SIGNPOST) knowledge check

lock: setup ## resolve the versions anew and write requirements/*.lock
	@scripts/lock

tensorflow: ## add TensorFlow to .venv, for pipelines with DIET or TED (`scripts/setup dev` takes it out again)
	@scripts/setup tensorflow

peers: ## add the libraries that `signpost evaluate nlu --peers` measures beside ours (`scripts/setup dev` takes them out again)
	@scripts/setup peers

evaluate: setup ## measure understanding on the labelled messages and triage on the vignettes, and write docs/evaluation/
	$(SIGNPOST) evaluate nlu --json docs/evaluation/nlu.json --html docs/evaluation/nlu.html
	$(SIGNPOST) evaluate triage --json docs/evaluation/triage.json --html docs/evaluation/triage.html

bench: setup ## time a message's reading, a turn, a click in the widget, the archive's search and a webhook, each beside its peers, and the console
	.venv/bin/python bench/nlu.py
	.venv/bin/python bench/turn.py
	.venv/bin/python bench/widget.py
	.venv/bin/python bench/archive.py --sizes 1000 10000
	.venv/bin/python bench/dashboard.py --size 20000
	.venv/bin/python bench/console.py --sizes 10000
	.venv/bin/python bench/channels.py --seconds 5

screenshots: setup ## take the pictures of the chat and the console anew: the README's, and one of every state
	@scripts/browser
	.venv/bin/python scripts/screenshots.py
