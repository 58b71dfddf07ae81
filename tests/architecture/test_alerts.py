"""Dashboard, alerts and runbook speak of what is exported, and of one another."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from apps.console.checkout import ROOT
from ports.metrics import METRICS

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
    assert expression.count("(") == expression.count(")")


def test_every_alert_has_its_entry_in_the_runbook_and_no_other_is_there():
    entries = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE)
    assert entries == [rule["alert"] for rule in ALERTS]
    assert [rule["annotations"]["runbook"] for rule in ALERTS] == [f"docs/runbook.md#{name.lower()}" for name in entries]


def test_every_metric_is_shown_or_watched():
    everything = " ".join(EXPRESSIONS.values())
    assert [metric.name for metric in METRICS if metric.name not in everything] == []
