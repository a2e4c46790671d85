# One image for the `cin7` command, Dagster's web server and its daemon: see compose.yaml.
FROM python:3.13-slim

ENV DAGSTER_HOME=/data/dagster_home \
    CIN7_DATA_DIR=/data \
    PYTHONUNBUFFERED=1

RUN pip install --no-cache-dir uv==0.13.9 && useradd --uid 10001 --no-create-home cin7 \
    && install --directory --owner 10001 /data

WORKDIR /app
# Dagster looks for pyproject.toml above the definitions, so the code stays where it is.
COPY . .
RUN uv pip install --system --no-cache --constraint requirements.lock --editable .

USER 10001
VOLUME /data
CMD ["cin7", "sync"]
