# The desk in a container: a worker, or with another command anything that `python -m bot` does.
FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 10001 desk
WORKDIR /desk
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY app.py ./
COPY bot ./bot
COPY prompts ./prompts
COPY knowledge ./knowledge
COPY docs ./docs
RUN mkdir -p var && chown -R desk:desk var knowledge
USER desk
ENV HOST=0.0.0.0 LOG_FORMAT=json
EXPOSE 7860
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/readyz', timeout=2)"]
CMD ["python", "app.py"]
