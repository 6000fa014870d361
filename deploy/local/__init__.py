"""A real Kafka and a real Elasticsearch on this machine, without containers: `python -m deploy.local up`.

Only the standard library is used, so that it runs before there is an environment. Linux only: who a process is, is read from /proc.
"""
