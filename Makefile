# Every target is one line to read; CI calls the same ones.
ABASTO := .venv/bin/abasto
UV_VERSION := 0.13.8

.PHONY: demo test up lint bench chaos bench-fuzz bench-forecast clean requirements

demo: .venv/ready  ## start a store and a Prefect server, run all four flows on the samples, show the orders
	$(ABASTO) demo

up: .venv/ready  ## store, Prefect server with UI and a worker, until Ctrl-C
	$(ABASTO) up

test: .venv/ready  ## the whole suite, with the real embedded store and a real Prefect server
	.venv/bin/pytest -n 2

lint: .venv/ready  ## ruff and mypy
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy

bench: .venv/ready  ## measurements: make bench DATA=folder
	.venv/bin/python -m benchmarks $(if $(DATA),--data $(DATA))

chaos: .venv/ready  ## kill flows and the store at every write and look for half-written truth
	.venv/bin/python -m benchmarks.chaos

bench-fuzz: .venv/ready  ## damaged files into the door and 10,000 random instances into the plans: no crash, no law broken
	.venv/bin/python -m benchmarks.fuzz
	.venv/bin/python -m benchmarks.planning_fuzz

bench-forecast: .venv/ready  ## our forecasts beside statsforecast and mlforecast: make bench-forecast DATA=folder
	.venv/bin/uv pip install -q --python .venv/bin/python -c requirements.txt -e '.[bench]' && .venv/bin/python -m benchmarks.forecast_contest $(if $(DATA),--data $(DATA))

requirements: .venv/ready  ## pin again what pyproject.toml asks for
	.venv/bin/uv pip compile --universal --python-version 3.11 --no-annotate --no-header --extra dev pyproject.toml -o requirements.txt

clean:  ## forget the environment, keep what was published under .abasto/
	rm -rf .venv build *.egg-info

.venv/ready: requirements.txt pyproject.toml
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	.venv/bin/uv pip install --python .venv/bin/python --requirement requirements.txt
	.venv/bin/uv pip install --python .venv/bin/python --no-deps --editable .
	touch .venv/ready
