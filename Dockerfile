# The application's image: web, worker, beat, migrate and backup differ by their command only.
ARG PYTHON=python:3.11-slim-trixie

FROM ${PYTHON} AS wheels
WORKDIR /build
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > requirements.txt \
 && pip wheel --no-cache-dir --wheel-dir /wheels --constraint constraints.txt --requirement requirements.txt

FROM ${PYTHON}
# Pango and a Chinese font for PDF; pg_dump and pg_restore for backups, of the server's version or newer.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk postgresql-client-17 tini \
 && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index /wheels/*.whl
RUN groupadd --system --gid 10001 salvation \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin salvation \
 && install --directory --owner=salvation --group=salvation --mode=0750 /data /backups
WORKDIR /app
COPY manage.py pyproject.toml ./
COPY salvation salvation
COPY cases cases
COPY funds funds
COPY audits audits
COPY reports reports
COPY templates templates
COPY static static
COPY deploy/gunicorn.conf.py deploy/gunicorn.conf.py
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 XDG_CACHE_HOME=/tmp/cache HOME=/tmp \
    DATA_DIR=/data STATIC_ROOT=/app/collected
RUN DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q -j 0 salvation cases funds audits reports \
 && rm -rf /tmp/build
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
ENTRYPOINT ["tini", "--"]
CMD ["gunicorn", "salvation.wsgi", "--config", "deploy/gunicorn.conf.py"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
