"""Every manifest against Kubernetes' own schemas: wrong types and unknown fields, found without a cluster."""

from __future__ import annotations

from copy import deepcopy

import kubernetes_validate
import pytest

from tests.manifests.rendering import OVERLAYS, named, render

pytestmark = pytest.mark.manifests
RELEASES = ("1.30", "1.37")
"""The oldest that we say we run on, and the newest that the schemas know."""


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_is_what_kubernetes_takes(overlay, release):
    for manifest in render(overlay):
        kubernetes_validate.validate(manifest, release, strict=True)


@pytest.mark.parametrize("release", RELEASES)
def test_a_field_that_nobody_knows_is_refused(release):
    wrong = deepcopy(named("production", "Deployment", "website"))
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, release, strict=True)
