# genarch in a container: docker run --rm -v "$PWD:/work:ro" genarch check
FROM python:3.13.15-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY src ./src
COPY rules ./rules
RUN python -m venv /opt/genarch \
    && PIP_BUILD_CONSTRAINT=constraints.txt /opt/genarch/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt .

FROM python:3.13.15-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory /work \
    && useradd --create-home genarch
COPY --from=build /opt/genarch /opt/genarch
USER genarch
WORKDIR /work
ENV PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["/opt/genarch/bin/genarch"]
CMD ["check"]
