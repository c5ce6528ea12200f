// @snowplow/node-tracker keeps what was refused, and sends it again when the application flushes next.
const { setTimeout: pause } = require("node:timers/promises");
const { buildStructEvent, newTracker } = require("@snowplow/node-tracker");

async function main([endpoint, appId, person]) {
  let delivered = false;
  const tracker = newTracker(
    { namespace: "shop", appId },
    {
      endpoint,
      // Its own patience of five seconds would decide what it hears on a slow machine.
      connectionTimeout: 60_000,
      onRequestSuccess: () => (delivered = true),
      onRequestFailure: ({ status }) => console.log(status),
    },
  );
  tracker.setUserId(person);
  tracker.track(buildStructEvent({ category: "shop", action: "Order Completed", value: 12.5 }));
  while (!delivered) {
    await tracker.flush();
    await pause(100);
  }
}

main(process.argv.slice(2));
