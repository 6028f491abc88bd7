// Invoices on node:http alone, with a hand-written HMAC. Deliveries go out one after the other: one that is
// not acknowledged is repeated before the next one is sent. BROKEN names one mistake.
import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, request as call } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const BROKEN = process.env.BROKEN ?? "";
const RETRIES = [500, 1000];
const EVENTS = ["invoice.opened", "invoice.paid"];
const document = readFileSync(new URL("openapi.json", import.meta.url));
const invoices = new Map();
const hooks = new Map();
const queue = [];
let delivering = false;

function publish(event, invoice) {
  for (const hook of hooks.values()) {
    if (hook.event !== event && BROKEN !== "every-event") continue;
    const named = BROKEN === "other-name" ? event.toUpperCase() : event;
    const id = BROKEN === "same-id" ? "d-1" : `d-${randomBytes(6).toString("hex")}`;
    queue.push({ hook, body: JSON.stringify({ delivery: id, event: named, invoice }) });
  }
  if (!delivering) drain();
}

async function drain() {
  delivering = true;
  while (queue.length > 0) await deliver(BROKEN === "newest-first" ? queue.pop() : queue.shift());
  delivering = false;
}

async function deliver({ hook, body }) {
  for (const pause of [0, ...RETRIES]) {
    await sleep(BROKEN === "at-once" ? 0 : pause);
    if (!hooks.has(hook.id) && BROKEN !== "after-deletion") return;
    const status = await send(hook, body);
    if (status === 410 && BROKEN !== "ignores-410") hooks.delete(hook.id);
    if ((status >= 200 && status < 300) || status === 410) return;
    if (BROKEN === "gives-up-on-4xx" && status >= 400 && status < 500) return;
    if (BROKEN === "silence-is-consent" && status === 0) return;
  }
}

async function send(hook, body) {
  if (!hook.callback.startsWith("http://")) return 0; // this sender speaks no TLS
  const time = String(BROKEN === "seconds" ? Math.floor(Date.now() / 1000) : Date.now());
  const key = BROKEN === "own-key" ? "invoices" : hook.key;
  const signed = BROKEN === "without-time" ? body : `${time}.${body}`;
  const mac = createHmac("sha256", key).update(signed).digest("hex");
  const headers = {
    "Content-Type": BROKEN === "text" ? "text/plain" : "application/json",
    "Content-Length": Buffer.byteLength(body),
    "X-Invoices-Time": time,
    "X-Invoices-Signature": `sha256=${mac}`,
  };
  return new Promise((resolve) => {
    const sent = call(hook.callback, { method: "POST", headers, agent: false, timeout: 3000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", () => resolve(0));
    sent.on("timeout", () => sent.destroy());
    sent.end(body);
  });
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const value = JSON.parse(Buffer.concat(chunks).toString() || "null");
  return value !== null && typeof value === "object" ? value : {};
}

const routes = [
  ["POST", /^\/invoices$/, async (_, request) => {
    const { customer, amount } = await read(request);
    if (typeof customer !== "string" || typeof amount !== "number") return [422, { error: "customer, amount" }];
    const invoice = { id: invoices.size + 1, customer, amount, state: "open" };
    invoices.set(String(invoice.id), invoice);
    publish("invoice.opened", invoice);
    return [201, invoice];
  }],
  ["POST", /^\/invoices\/(\w+)\/pay$/, async ([id]) => {
    const invoice = invoices.get(id);
    if (!invoice) return [404, { error: "no such invoice" }];
    invoice.state = "paid";
    publish("invoice.paid", invoice);
    return [200, invoice];
  }],
  ["POST", /^\/hooks$/, async (_, request) => {
    const { callback, event } = await read(request);
    if (typeof callback !== "string" || !EVENTS.includes(event)) return [422, { error: "callback, event" }];
    const hook = { id: randomBytes(8).toString("hex"), callback, event, key: randomBytes(20).toString("hex") };
    hooks.set(hook.id, hook);
    return [201, { hook }];
  }],
  ["DELETE", /^\/hooks\/(\w+)$/, async ([id]) => {
    const found = hooks.has(id);
    if (BROKEN !== "after-deletion") hooks.delete(id);
    return found ? [204] : [404, { error: "no such hook" }];
  }],
];

async function respond(request, response) {
  if (request.url === "/openapi.json") return response.end(document);
  if (request.headers["x-api-key"] !== process.env.INVOICES_KEY) return say(response, 401, { error: "key" });
  for (const [method, pattern, perform] of routes) {
    const match = pattern.exec(request.url);
    if (match && method === request.method) return say(response, ...(await perform(match.slice(1), request)));
  }
  say(response, 404, { error: "no such path" });
}

function say(response, status, value) {
  const body = value === undefined ? "" : JSON.stringify(value);
  response.writeHead(status, body ? { "Content-Type": "application/json" } : {}).end(body);
}

createServer((request, response) => {
  respond(request, response).catch(() => say(response, 400, { error: "no JSON" }));
}).listen({ fd: Number(process.env.SOCKET) });
