// posthog-node: sends from a queue, packed, and waits three seconds, or as long as its option says.
const { PostHog } = require("posthog-node");

const [host, key, distinctId] = process.argv.slice(2);
const client = new PostHog(key, { host, fetchRetryDelay: 100 });
client.identify({ distinctId, properties: { email: `${distinctId}@example.com`, firstName: "Jane" } });
client.capture({ distinctId, event: "Order Completed", properties: { total: 12.5 } });
client.shutdown();
