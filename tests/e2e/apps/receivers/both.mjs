// Official libraries of npm in both directions: reads what was signed elsewhere, and signs itself.
import { readFileSync } from "node:fs";
import { sign, verify } from "@octokit/webhooks-methods";
import { Paddle } from "@paddle/paddle-node-sdk";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";

const { secret, body, sent } = JSON.parse(readFileSync(0).toString());
const { webhooks } = new Stripe("sk_test_1");
const paddle = new Paddle("pdl_test_1");
const now = new Date();

async function accepts(check) {
  try {
    return (await check()) !== false;
  } catch {
    return false;
  }
}

const verifiers = {
  github: (headers) => verify(secret, body, headers["x-hub-signature-256"]),
  "standard-webhooks": (headers) => new Webhook(secret).verify(body, headers),
  paddle: (headers) => paddle.webhooks.isSignatureValid(body, secret, headers["paddle-signature"]),
  stripe: (headers) => webhooks.constructEvent(body, headers["stripe-signature"], secret),
};
const accepted = [];
for (const { scheme, headers } of sent) accepted.push(await accepts(() => verifiers[scheme](headers)));
const signed = {
  github: { "x-hub-signature-256": await sign(secret, body) },
  "standard-webhooks": {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": new Webhook(secret).sign("msg_1", now, body),
  },
  stripe: { "stripe-signature": webhooks.generateTestHeaderString({ payload: body, secret }) },
};
console.log(JSON.stringify({ accepted, signed }));
