# The slim image holds Airflow alone; every provider comes from requirements.txt, so that nothing clashes with its pins.
# `deploy/pin-images` adds the digest of each image, once it is known that it works.
FROM apache/airflow:slim-3.3.2-python3.12

WORKDIR /opt/airflow

# What changes seldom comes first, so that a change of the code does not install everything anew.
COPY --chown=airflow:0 requirements.txt ./
# Nothing is installed whose content is not the one that was locked, nor does anything else build our own wheel below.
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt

COPY --chown=airflow:0 pyproject.toml requirements.in README.md LICENSE ./
COPY --chown=airflow:0 include include
COPY --chown=airflow:0 plugins plugins
COPY --chown=airflow:0 sandbox sandbox
COPY --chown=airflow:0 dags dags
COPY --chown=airflow:0 deploy deploy
COPY --chown=airflow:0 demo/libraries.yaml demo/libraries.yaml

# In place, for the entry point by which Airflow finds the connection types.
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .

# The monthly reports' default place; a volume that is mounted there belongs to the user of this folder. Containers work as
# users of group 0.
RUN mkdir -p billetbro/reports logs && chmod -R g+rwX billetbro logs

ENV PYTHONPATH=/opt/airflow
