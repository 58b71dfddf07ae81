"""Dashboard, alerts and runbook speak of what is exported, and of one another."""

from __future__ import annotations

import json
import re

import promql_parser
import pytest
import yaml

from apps.console.checkout import ROOT
from ports.metrics import METRICS
from tasks.schedule import CANARY, QUEUES

EXPORTED = {name for metric in METRICS for name in metric.series()}
ALERTS = [rule for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"] for rule in group["rules"]]
PANELS = json.loads((ROOT / "deploy/grafana/celesta.json").read_text())["panels"]
EXPRESSIONS = {
    **{rule["alert"]: rule["expr"] for rule in ALERTS},
    **{panel["title"]: target["expr"] for panel in PANELS for target in panel["targets"]},
}
LABELS = {label for metric in METRICS for label in metric.labels} | {"le"}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_names_only_what_is_exported(expression):
    names = set(re.findall(r"celesta_\w+", expression))
    assert names
    assert names <= EXPORTED
    used = {label for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(", ")}
    assert used | set(re.findall(r"(\w+)(?:=~|!=|=)\"", expression)) <= LABELS


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_is_one_that_prometheus_reads(expression):
    promql_parser.parse(expression)


def test_a_queue_without_any_worker_is_named_by_the_silent_canary():
    """A queue that nothing is told of is in no sum."""
    singing = rf'absent_over_time\(celesta_tasks_total{{task="{CANARY}",outcome="success",queue="(\w+)"}}'
    assert tuple(re.findall(singing, EXPRESSIONS["CanarySilent"])) == QUEUES


def test_every_alert_has_its_entry_in_the_runbook_and_no_other_is_there():
    entries = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE)
    assert entries == [rule["alert"] for rule in ALERTS]
    assert [rule["annotations"]["runbook"] for rule in ALERTS] == [f"docs/runbook.md#{name.lower()}" for name in entries]


def test_every_log_line_that_the_runbook_names_is_one_of_ours():
    quoted = re.findall(r"((?:`[^`\n]+`(?:, |\s+and\s+)?)+)\s+lines?\b", (ROOT / "docs/runbook.md").read_text())
    lines = {line for group in quoted for line in re.findall("`([^`]+)`", group)}
    code = "".join(path.read_text() for folder in ("apps", "ports", "tasks") for path in (ROOT / folder).rglob("*.py"))
    assert len(lines) > 6
    assert {line for line in lines if f'"{line}"' not in code} == set()


def test_every_metric_is_shown_or_watched():
    everything = " ".join(EXPRESSIONS.values())
    assert [metric.name for metric in METRICS if metric.name not in everything] == []
