// @segment/analytics-node: sends from a queue, and waits as Retry-After says after 429.
const { Analytics } = require("@segment/analytics-node");

const [host, writeKey, userId] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host });
analytics.identify({ userId, traits: { email: `${userId}@example.com`, firstName: "Jane" } });
analytics.track({ userId, event: "Order Completed", properties: { total: 12.5 } });
analytics.closeAndFlush();
