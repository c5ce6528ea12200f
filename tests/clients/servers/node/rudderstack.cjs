// @rudderstack/rudder-sdk-node: sends from a queue, packed, and waits at least as Retry-After says, three times.
const Analytics = require("@rudderstack/rudder-sdk-node");

const [dataPlaneUrl, writeKey, userId] = process.argv.slice(2);
const client = new Analytics(writeKey, { dataPlaneUrl, flushAt: 2 });
client.identify({ userId, traits: { email: `${userId}@example.com`, firstName: "Jane" } });
client.track({ userId, event: "Order Completed", properties: { total: 12.5 } });
client.flush();
