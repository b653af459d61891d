"""The manifests of /deploy/kubernetes/, held to the schemas of Kubernetes and Gateway API.

No cluster runs here: what a schema cannot say is compared between the files, and with the server.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import kubernetes_validate
import pytest
import yaml
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from echo_demo.settings import Settings, settings_from
from tests.content.front_matter import read
from tests.deploy.stack import PATIENCE, echo
from tests.site import ROOT

PAGE = ROOT / "docs" / "deploy" / "kubernetes.md"
FOLDER = PAGE.with_suffix("")
SCHEMAS = Path(__file__).with_name("gateway_api")
VERSION = "1.37"
Manifest = dict[str, Any]

MANIFESTS: list[Manifest] = [
    manifest
    for path in sorted(FOLDER.glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text("utf-8"))
]


def strict(schema: Any) -> Any:
    """As `kubectl` asks the cluster for: a field that the schema does not name is an error."""
    if isinstance(schema, dict):
        closed = {key: strict(value) for key, value in schema.items()}
        if "properties" in schema and schema.get("type") == "object":
            closed.setdefault("additionalProperties", False)
        return closed
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


def validate(manifest: Manifest) -> None:
    """Raise where the manifest is not as the schema of its kind wants it."""
    if manifest["apiVersion"] != "gateway.networking.k8s.io/v1":
        kubernetes_validate.validate(manifest, VERSION, strict=True)
        return
    crd = json.loads((SCHEMAS / f"{manifest['kind']}.json").read_text("utf-8"))
    assert crd["annotations"]["gateway.networking.k8s.io/bundle-version"] == "v1.7.0"
    assert crd["annotations"]["gateway.networking.k8s.io/channel"] == "standard"
    schema = strict(crd["schema"])
    schema["properties"]["metadata"].pop("additionalProperties", None)
    jsonschema.Draft7Validator(schema).validate(manifest)


def of(kind: str) -> Manifest:
    """A copy of the one manifest of this kind."""
    (found,) = (manifest for manifest in MANIFESTS if manifest["kind"] == kind)
    return copy.deepcopy(found)


def pod() -> Manifest:
    spec: Manifest = of("Deployment")["spec"]["template"]["spec"]
    return spec


def environment() -> dict[str, str]:
    (container,) = pod()["containers"]
    return {entry["name"]: entry["value"] for entry in container["env"]}


def server() -> Settings:
    """The settings that the pod gives the echo server: an unknown or wrong one is an error."""
    settings = settings_from({}, environment())
    for name, text in environment().items():
        assert text == f"{getattr(settings, name.removeprefix('ECHO_').lower())}".removesuffix(".0")
    return settings


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest["kind"])
def test_the_schemas_accept_the_manifests(manifest: Manifest) -> None:
    validate(manifest)


MISTAKES: dict[str, tuple[str, Callable[[Manifest], object]]] = {
    "a name in the port's wrong letters": (
        "Service",
        lambda it: it["spec"]["ports"][0].update(appprotocol="kubernetes.io/ws"),
    ),
    "a number of seconds in words": (
        "Deployment",
        lambda it: it["spec"]["template"]["spec"].update(terminationGracePeriodSeconds="90s"),
    ),
    "a duration without a unit": (
        "HTTPRoute",
        lambda it: it["spec"]["rules"][0]["timeouts"].update(request="0"),
    ),
    "an idle timeout, which HTTPRoute does not have": (
        "HTTPRoute",
        lambda it: it["spec"]["rules"][0]["timeouts"].update(idle="1h"),
    ),
    "session persistence, which the Standard channel does not have": (
        "HTTPRoute",
        lambda it: it["spec"]["rules"][0].update(sessionPersistence={"type": "Cookie"}),
    ),
    "a listener without a port": (
        "Gateway",
        lambda it: it["spec"]["listeners"][0].pop("port"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_schemas_refuse_mistakes(mistake: str) -> None:
    kind, make = MISTAKES[mistake]
    manifest = of(kind)
    make(manifest)
    errors = (jsonschema.ValidationError, kubernetes_validate.ValidationError)
    with pytest.raises(errors):
        validate(manifest)


def test_the_manifests_name_one_another() -> None:
    (port,) = of("Service")["spec"]["ports"]
    (container,) = pod()["containers"]
    assert port["targetPort"] in {entry["name"] for entry in container["ports"]}
    route = of("HTTPRoute")["spec"]
    ((backend,),) = (rule["backendRefs"] for rule in route["rules"])
    assert (backend["name"], backend["port"]) == (of("Service")["metadata"]["name"], port["port"])
    (parent,) = route["parentRefs"]
    (listener,) = of("Gateway")["spec"]["listeners"]
    assert parent == {"name": of("Gateway")["metadata"]["name"], "sectionName": listener["name"]}
    assert route["hostnames"] == [listener["hostname"]]
    labels = of("Deployment")["spec"]["template"]["metadata"]["labels"]
    assert of("Service")["spec"]["selector"] == labels
    assert of("Deployment")["spec"]["selector"]["matchLabels"] == labels
    assert of("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert of("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == labels
    target = of("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", of("Deployment")["metadata"]["name"])
    assert "replicas" not in of("Deployment")["spec"], "the autoscaler owns the number"
    assert len({manifest["metadata"]["namespace"] for manifest in MANIFESTS}) == 1


def test_the_pod_lives_until_its_connections_are_closed() -> None:
    (container,) = pod()["containers"]
    hook = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    needed = hook + server().drain_time + server().close_timeout
    assert needed < pod()["terminationGracePeriodSeconds"]


def test_a_lost_pod_leaves_room_for_its_clients() -> None:
    (metric,) = of("HorizontalPodAutoscaler")["spec"]["metrics"]
    assert int(metric["pods"]["target"]["averageValue"]) * 2 <= server().max_connections


def test_the_server_answers_the_probes_and_counts_what_the_autoscaler_asks_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    (container,) = pod()["containers"]
    (metric,) = of("HorizontalPodAutoscaler")["spec"]["metrics"]
    with echo() as running:
        address = f"127.0.0.1:{running.port}"
        with connect(f"ws://{address}/", proxy=None) as client:
            for probe in ("readinessProbe", "livenessProbe"):
                path = container[probe]["httpGet"]["path"]
                assert httpx.get(f"http://{address}{path}", trust_env=False).status_code == 200
            metrics = httpx.get(f"http://{address}/metrics", trust_env=False).text
            assert f"{metric['pods']['metric']['name']} 1.0" in metrics.splitlines()
            running.process.terminate()
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        assert running.process.wait(PATIENCE) == 0


def drops(pods: int) -> float:
    """How often a client is dropped on average while pods are replaced one after the other.

    Each reconnects to any of the others, old or new, of which there always are ``pods``.
    """
    on = [1 / pods] * pods
    for old in range(pods):
        for other in range(old + 1, pods):
            on[other] += on[old] / pods
    return sum(on)


def test_the_page_counts_the_drops_of_a_rolling_update() -> None:
    page = PAGE.read_text("utf-8")
    assert f"{drops(4):.1f} times with 4 pods and {drops(20):.1f} times with 20" in page
    for pods in (1, 4, 20):
        assert drops(pods) == pytest.approx((1 + 1 / pods) ** pods - 1)


def test_the_page_lists_its_files() -> None:
    files = sorted(path.relative_to(ROOT / "docs").as_posix() for path in FOLDER.iterdir())
    assert read(PAGE.read_text("utf-8"))["samples"] == files
