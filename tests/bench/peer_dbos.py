"""The same work on DBOS, for tests.bench.peers: an HTTP server whose events start durable workflows.

Run by a Python that has the package: PYTHON peer_dbos.py PORT DATABASE-URL ENDPOINT. Without a key for its
service and with its exporters off, both by default, it talks to its database only.
"""

from __future__ import annotations

import importlib
import json
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT, DATABASE, ENDPOINT = int(sys.argv[1]), sys.argv[2], sys.argv[3]
dbos: Any = importlib.import_module("dbos")
dbos.DBOS(
    config={
        "name": "peer",
        "system_database_url": DATABASE,
        "enable_otlp": False,
        "run_admin_server": False,
        "log_level": "ERROR",
    }
)


@dbos.DBOS.step()
def is_wanted(event: dict[str, Any]) -> bool:
    return bool(event["amount"] > 3)


@dbos.DBOS.step()
def tell(id: str) -> int:
    body = json.dumps({"event": id}).encode()
    request = urllib.request.Request(ENDPOINT, body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - the bench's own endpoint
        return int(answer.status)


@dbos.DBOS.step()
def end(id: str) -> str:
    return id


@dbos.DBOS.workflow()
def visit(event: dict[str, Any]) -> str:
    if is_wanted(event):
        tell(event["_id"])
    return str(end(event["_id"]))


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]["xdmEntity"]
        with dbos.SetWorkflowID(event["_id"]):
            dbos.DBOS.start_workflow(visit, event)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments: Any) -> None:
        pass


if __name__ == "__main__":
    dbos.DBOS.launch()
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Door)
    print("ready", flush=True)
    server.serve_forever()
