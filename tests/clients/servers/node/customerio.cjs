// customerio-node: sends at once, and waits as Retry-After says.
const { TrackClient } = require("customerio-node");

async function main([address, key, person]) {
  const client = new TrackClient("any-site", key, { url: `${address}/api/v1` });
  await client.identify(person, { email: `${person}@example.com`, first_name: "Jane" });
  await client.track(person, { name: "Order Completed", id: `order-of-${person}`, data: { total: 12.5 } });
}

main(process.argv.slice(2));
