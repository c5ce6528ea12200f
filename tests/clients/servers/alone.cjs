// Ends a process of Node that tries to leave this machine: node --require alone.cjs SCRIPT [ARGUMENTS]
// The counterpart for Python is alone.py.
"use strict";

const net = require("node:net");

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const connect = net.Socket.prototype.connect;

/** Everything that connects comes by here: fetch, http, https. */
net.Socket.prototype.connect = function (...given) {
  // As somebody called it, (options) or (port, host), or as Node itself has put it into an array.
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const host = typeof first === "object" ? first.host : second;
  if (typeof host === "string" && !LOOPBACK.test(host)) {
    console.error(`It tried to reach ${host}`);
    process.exit(1);
  }
  return connect.apply(this, given);
};
