"""Every process of the split and cluster topologies: the extra it is installed with, and the command that starts it."""

from __future__ import annotations

from dataclasses import dataclass

CELERY = ("python", "-m", "celery", "--quiet", "-A", "tasks.app")


@dataclass(frozen=True)
class Role:
    extra: str
    command: tuple[str, ...]
    """From the source tree, `python` being that of the extra's environment."""


def web(name: str) -> Role:
    return Role(name, ("python", "-m", "gunicorn", "-c", "python:wsgi.gunicorn", f"wsgi.{name}:application"))


def worker(queue: str, extra: str = "worker") -> Role:
    return Role(extra, (*CELERY, "worker", "-Q", queue, "-n", f"{queue}@%h", "--without-gossip", "--without-mingle"))


ROLES = {
    "migrations": Role("core", ("python", "-m", "apps.core.migrate")),
    "core": web("core"),
    "website": web("website"),
    "api": web("api"),
    "worker-default": worker("default"),
    "worker-billing": worker("billing"),
    "worker-media": worker("media"),
    "worker-reports": worker("reports", "worker-reports"),
    "beat": Role("beat", (*CELERY, "beat")),
    "relay": Role("core", ("python", "-m", "apps.core.relay")),
    "flower": Role("flower", (*CELERY, "flower")),
}
EXTRAS = sorted({role.extra for role in ROLES.values()})
