// cloudevents for Node sends an event once, and does not tell the status: what refuses says it in the body.
const { setTimeout: pause } = require("node:timers/promises");
const { CloudEvent, emitterFor, httpTransport } = require("cloudevents");

async function main([address, key, person]) {
  const inlet = person;
  const emit = emitterFor(httpTransport(`${address}/events/cloudevents/${inlet}`));
  const order = { source: "urn:shop", type: "commerce.purchases", subject: person, data: { total: 12.5 } };
  const event = new CloudEvent(order);
  const headers = { authorization: `Bearer ${key}` };
  let answer = await emit(event, { headers });
  while (answer.headers["retry-after"]) {
    console.log(JSON.parse(answer.body).status);
    await pause(1000 * answer.headers["retry-after"]);
    answer = await emit(event, { headers });
  }
}

main(process.argv.slice(2));
