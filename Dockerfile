# The image holds the program only; databases live in the volume /data.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY pgwire pgwire
COPY executor executor
COPY storage storage
COPY replication replication
RUN python -m venv /opt/pgquill && /opt/pgquill/bin/pip install --no-cache-dir .

FROM python:3.13-slim
COPY --from=build /opt/pgquill /opt/pgquill
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin pgquill \
    && install --directory --owner=pgquill --group=pgquill --mode=0700 /data
ENV PATH="/opt/pgquill/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PGQUILL_ALLOW_INSECURE_NETWORK=1
USER pgquill
VOLUME /data
EXPOSE 5432
# A container's network is its own, so the server listens on all of it, also without TLS. It still wants a password:
# POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD (see docker-compose.yml).
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s --retries=5 \
    CMD ["python", "-c", "import socket; s = socket.create_connection(('127.0.0.1', 5432), 2); s.sendall(bytes.fromhex('0000000804d2162f')); raise SystemExit(s.recv(1) not in (b'N', b'S'))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["pgquill"]
CMD ["serve", "/data/app.db", "--host", "0.0.0.0", "--port", "5432"]
