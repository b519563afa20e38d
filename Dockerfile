# One image runs everything of ours: the one-shot setup, the worker, and the Prefect server, which is then always
# the version its clients are pinned to.

FROM python:3.13.15-slim-bookworm AS environment
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.8
COPY pyproject.toml requirements.txt ./
# What the project needs to run, at the tested pins; the tools for developing it stay out.
RUN uv venv /opt/abasto \
    && uv pip install --python /opt/abasto --no-cache --compile-bytecode \
        --requirements pyproject.toml --constraints requirements.txt

FROM python:3.13.15-slim-bookworm
ENV PATH=/opt/abasto/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ABASTO_HOME=/var/lib/abasto
# The home is a volume: Docker gives a new one the owner it finds here.
RUN useradd --system --uid 10001 --home-dir "$ABASTO_HOME" --create-home abasto
COPY --from=environment /opt/abasto /opt/abasto
WORKDIR /app
COPY . .
# Editable, because Prefect loads flows from the files that prefect.yaml names.
RUN --mount=type=bind,from=environment,source=/usr/local/bin/uv,target=/usr/local/bin/uv \
    uv pip install --python /opt/abasto --no-cache --no-deps --editable .
USER abasto
ENTRYPOINT ["abasto"]
CMD ["--help"]
