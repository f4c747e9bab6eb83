# The image of the service: `docker compose up`, or `make image` without a Docker engine.
#
#   BASE_IMAGE        Debian 12 or compatible, with its Python 3.11. By digest, as in
#                     debian:bookworm-slim@sha256:…, every build begins with the same bytes.
#   TORCH_INDEX_URL   pip's index of torch's CPU builds; not needed where pip's settings lead to one
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim

# hadolint global ignore=DL3006,DL3008
# DL3006: the tag is in BASE_IMAGE. DL3008: Debian removes old versions, so pins would break.

FROM ${BASE_IMAGE} AS build
ARG TORCH_INDEX_URL=
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv --without-pip /opt/gan-designer \
    && python3 -m venv /opt/build

# Dependencies first: these layers change only with their files. pip refuses what they do not list.
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1
COPY requirements requirements
RUN /opt/build/bin/pip install --require-hashes --only-binary=:all: \
        --requirement requirements/build.txt
RUN /opt/build/bin/pip --python /opt/gan-designer/bin/python \
        install --require-hashes --only-binary=:all: \
        ${TORCH_INDEX_URL:+--extra-index-url "${TORCH_INDEX_URL}"} \
        --requirement requirements/image.txt \
    || { [ -n "${TORCH_INDEX_URL}" ] \
        || echo "If pip found no torch: set TORCH_INDEX_URL (docs/container.md)." >&2; exit 1; }

COPY pyproject.toml README.md LICENSE ./
COPY designer designer
COPY service service
RUN /opt/build/bin/pip wheel --no-index --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/build/bin/pip --python /opt/gan-designer/bin/python install --no-index --no-deps dist/*.whl

# Remove torch's headers, static libraries and build tools; torch_shm_manager is needed at run time.
# Creating one design writes the byte code of all modules that it imports.
ENV PATH=/opt/gan-designer/bin:$PATH
RUN site=$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
    && rm -rf "$site"/torch/include "$site"/torch/share "$site"/torch/test \
    && find "$site"/torch -name '*.a' -delete \
    && find "$site"/torch/bin -type f ! -name torch_shm_manager -delete \
    && find "$site" -type d -name tests -prune -exec rm -rf {} + \
    && gan-designer design 64 --latent-dim 100 --json --output /tmp/design.json \
    && python3 -c 'import service.wsgi, service.jobs.worker.celery_program'

# The Redis of docker-compose.yml: `--target redis`.
FROM ${BASE_IMAGE} AS redis
RUN apt-get update \
    && apt-get install -y --no-install-recommends redis-server \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    && useradd --uid 10002 --no-create-home --shell /usr/sbin/nologin redis-data \
    && install -d -o 10002 -g 10002 /data
USER 10002:10002
WORKDIR /data
VOLUME /data
EXPOSE 6379
HEALTHCHECK --interval=15s --timeout=5s --retries=3 CMD ["redis-cli", "ping"]
CMD ["redis-server", "--dir", "/data", "--appendonly", "yes"]

FROM ${BASE_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin designer
COPY --from=build /opt/gan-designer /opt/gan-designer
ENV PATH=/opt/gan-designer/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python3", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gan-designer", "serve", "--host", "0.0.0.0", "--port", "8000"]
