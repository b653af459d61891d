"""Write the schemas beside this file from a copy of Gateway API.

``go mod download sigs.k8s.io/gateway-api@v1.7.0`` brings one, in the folder that ``go env
GOMODCACHE`` names; then ``python -m tests.deploy.gateway_api.extract FOLDER``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
KINDS = {"Gateway": "gateways", "HTTPRoute": "httproutes"}


def bare(schema: Any) -> Any:
    """Without the descriptions, which are nine tenths of it."""
    if isinstance(schema, dict):
        return {
            key: bare(value)
            for key, value in schema.items()
            if not (key == "description" and isinstance(value, str))
        }
    return [bare(item) for item in schema] if isinstance(schema, list) else schema


def main() -> None:
    """Write one file for each kind, of version v1 in the Standard channel."""
    (folder,) = sys.argv[1:]
    for kind, plural in KINDS.items():
        name = f"config/crd/standard/gateway.networking.k8s.io_{plural}.yaml"
        crd = yaml.safe_load(Path(folder, name).read_text("utf-8"))
        (version,) = (item for item in crd["spec"]["versions"] if item["name"] == "v1")
        written = {
            "source": f"https://github.com/kubernetes-sigs/gateway-api/blob/v1.7.0/{name}",
            "license": "Apache-2.0, https://www.apache.org/licenses/LICENSE-2.0",
            "changed": "The OpenAPI schema of v1 alone, without descriptions",
            "annotations": crd["metadata"]["annotations"],
            "schema": bare(version["schema"]["openAPIV3Schema"]),
        }
        text = json.dumps(written, separators=(",", ":"))
        (HERE / f"{kind}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
