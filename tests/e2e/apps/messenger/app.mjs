// A messaging product on Node.js, written from what is published of Emitrr's API alone.
//
// Two accounts, keys in five states, 300 messages and 300 e-mails a minute for each key, HTTPS only.
// Everything is in memory. Arguments: certificate, limit, mistake or "". Prints where it listens, and
// the keys. `node app.mjs --mistakes` prints every mistake that it can make.
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";

const MISTAKES = {
  "no-key-needed": "a request without a key is that of the first account",
  "any-key": "every key is taken",
  "missing-key-403": "a request without a key gets 403",
  "key-in-query": "a key in the query is taken",
  "pending-works": "a key that nobody approved works",
  "disabled-works": "a disabled key works on",
  "suspended-works": "the key of a suspended account works",
  "revoked-works": "a key works on after it was revoked",
  "contacts-of-all": "a contact of another account can be read",
  "list-of-all": "the contacts of all accounts are listed",
  "limit-one-more": "one message more than the limit is sent",
  "limit-one-less": "one e-mail less than the limit is sent",
  "one-limit": "messages and e-mails share one limit",
  "refused-503": "a request over the limit gets 503",
  "sent-anyway": "a message over the limit is refused, and sent",
  "limit-by-address": "another X-Forwarded-For has a limit of its own",
  "text-429": "a refusal by limit is a text",
  "plain-served": "plain HTTP is served",
  "plain-sent": "plain HTTP is refused, and the message sent",
  "short-notice": "an operation is deprecated two months after the announcement",
};
if (process.argv[2] === "--mistakes") {
  console.log(JSON.stringify(MISTAKES));
  process.exit(0);
}
const [, , certificate, limit, broken] = process.argv;
const WINDOW_S = 60;
// Announced on the first of May; 90 days are promised.
const DEPRECATED_S = Date.parse(broken === "short-notice" ? "2026-07-01" : "2026-09-01") / 1000;
const REFUSED = { pending: 403, suspended: 403, terminated: 403, disabled: 401, revoked: 401 };
const keys = new Map();
const contacts = new Map();
let moved = 0;

const now = () => Date.now() / 1000 + moved;

function grant(name, account, state = "active") {
  const token = randomBytes(18).toString("base64url");
  keys.set(token, { name, account, state, used: new Map(), sent: 0 });
  return token;
}

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function findKey(request, url) {
  const [scheme, token] = (request.headers.authorization ?? "").split(" ");
  let found = scheme.toLowerCase() === "bearer" ? keys.get(token) : undefined;
  if (broken === "key-in-query") {
    for (const value of url.searchParams.values()) found ??= keys.get(value);
  }
  if (!found && broken === "no-key-needed" && !request.headers.authorization) found = first();
  if (!found && broken === "any-key" && token) found = first();
  if (!found) {
    const missing = !request.headers.authorization && broken === "missing-key-403";
    throw new Refused(missing ? 403 : 401, "Invalid or expired API key.");
  }
  if (found.state !== "active" && broken !== `${found.state}-works`) {
    throw new Refused(REFUSED[found.state], "This key cannot be used.");
  }
  return found;
}

const first = () => keys.values().next().value;

function count(key, action, request) {
  if (broken === "one-limit") action = "any";
  if (broken === "limit-by-address") action += request.headers["x-forwarded-for"] ?? "";
  const allowed =
    Number(limit) +
    (broken === "limit-one-more" && action === "message") -
    (broken === "limit-one-less" && action === "email");
  const window = key.used.get(action);
  const current = window && now() < window.ends ? window : { ends: now() + WINDOW_S, count: 0 };
  key.used.set(action, current);
  if (current.count >= allowed) {
    if (broken === "sent-anyway") key.sent += 1;
    throw new Refused(broken === "refused-503" ? 503 : 429, "Too many requests.");
  }
  current.count += 1;
}

function read(text, rules) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refused(400, "The body is no JSON.");
  }
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    throw new Refused(400, "The body is no object.");
  }
  for (const [name, [required, fits]] of Object.entries(rules)) {
    const value = body[name];
    if (value === undefined ? required : !fits(value)) throw new Refused(400, `${name} is wrong.`);
  }
  return body;
}

const text = (longest) => (value) =>
  typeof value === "string" && value.length > 0 && [...value].length <= longest;
const number = (value) => typeof value === "string" && /^\+[1-9][0-9]{6,14}$/.test(value);
const email = (value) => text(254)(value) && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);
const MESSAGE = { to: [true, number], body: [true, text(1600)] };
const EMAIL = { to: [true, email], subject: [true, text(200)], body: [true, text(20000)] };
const CONTACT = {
  name: [true, text(200)],
  phone: [false, number],
  email: [false, email],
  consent: [false, (value) => typeof value === "boolean"],
};

function send(key, body, action, rules, request) {
  count(key, action, request);
  read(body, rules);
  key.sent += 1;
  return [202, { id: randomUUID(), status: "queued" }];
}

function list(key, url) {
  const wanted = url.searchParams.get("limit") ?? "50";
  if (!/^\d+$/.test(wanted) || Number(wanted) < 1 || Number(wanted) > 100) {
    throw new Refused(400, "limit is a number from 1 to 100.");
  }
  const own = [...contacts.values()].filter(
    (one) => one.account === key.account || broken === "list-of-all",
  );
  return [200, { data: own.reverse().slice(0, Number(wanted)).map(show) }];
}

const describe = (key) => ({ name: key.account, plan: "growth", baa: true });
const show = ({ account, ...shown }) => shown;

function create(key, body) {
  const { name, phone, email: address, consent } = read(body, CONTACT);
  const made = { id: randomUUID(), name, phone, email: address, consent, account: key.account };
  contacts.set(made.id, made);
  key.sent += 1;
  return [201, show(made)];
}

function find(key, id) {
  const found = contacts.get(id);
  if (!found || (found.account !== key.account && broken !== "contacts-of-all")) {
    throw new Refused(404, "There is no such contact.");
  }
  return found;
}

function remove(key, id) {
  contacts.delete(find(key, id).id);
  key.sent += 1;
  return [204, undefined];
}

const ROUTES = [
  ["POST", /^\/v1\/messages$/, (k, b, _, __, r) => send(k, b, "message", MESSAGE, r)],
  ["POST", /^\/v1\/emails$/, (k, b, _, __, r) => send(k, b, "email", EMAIL, r)],
  ["GET", /^\/v1\/contacts$/, (k, _, __, url) => list(k, url)],
  ["POST", /^\/v1\/contacts$/, (k, b) => create(k, b)],
  ["GET", /^\/v1\/contacts\/([^/]+)$/, (k, _, id) => [200, show(find(k, id))]],
  ["DELETE", /^\/v1\/contacts\/([^/]+)$/, (k, _, id) => remove(k, id)],
  ["GET", /^\/v1\/account$/, (k) => [200, describe(k)]],
  ["GET", /^\/v1\/account\/plan$/, (k) => [200, describe(k), { Deprecation: `@${DEPRECATED_S}` }]],
];

function serve(request, url, body) {
  const fitting = ROUTES.filter(([, path]) => path.test(url.pathname));
  if (fitting.length === 0) throw new Refused(404, "There is no such path.");
  const route = fitting.find(([method]) => method === request.method);
  if (!route) throw new Refused(405, "There is no such method.");
  const [, path, work] = route;
  return work(findKey(request, url), body, path.exec(url.pathname)[1], url, request);
}

// The staging server's own clock and keys, by the control protocol.
const CAPABILITIES = ["clock", "mint", "revoke", "effects"];

function control(request, place, body) {
  const given = body ? JSON.parse(body) : {};
  const call = `${request.method} ${place[0] ?? ""}${place.length > 1 ? `/${place.at(-1)}` : ""}`;
  const key = [...keys.values()].find((one) => one.name === place[1]);
  switch (call) {
    case "GET ":
      return [200, { protocol: 1, capabilities: CAPABILITIES }];
    case "POST clock":
      moved += given.advance;
    // falls through
    case "GET clock":
      return [200, { now: now() }];
    case "GET effects":
      return [200, { count: [...keys.values()].reduce((sum, one) => sum + one.sent, 0) }];
    case "GET identities/effects":
      return [200, { count: key.sent }];
    case "POST identities/revoke":
      if (broken !== "revoked-works") key.state = "revoked";
      return [200, {}];
    case "POST identities":
      return [201, mint(given)];
    default:
      return [404, { error: "there is no such call" }];
  }
}

function mint({ tenant, state }) {
  const name = `minted-${keys.size}`;
  const account = tenant || "first";
  const token = grant(name, account, state || "active");
  const known = { id: name, name, token, scheme: "key", state: state || "active", user: name };
  return { ...known, tenant: account, account, app: "", parameters: {}, expires: null };
}

function answer(response, status, value, headers = {}) {
  const isText = status === 429 && broken === "text-429";
  const type = isText ? "text/plain" : "application/json";
  response.writeHead(status, value === undefined ? {} : { "Content-Type": type, ...headers });
  response.end(value === undefined ? undefined : isText ? "Too many requests." : JSON.stringify(value));
}

function listen(secure) {
  return async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url, "http://localhost");
    try {
      const place = url.pathname.split("/").filter(Boolean);
      if (!secure && place[0] === ".control") {
        return answer(response, ...control(request, place.slice(1), body));
      }
      if (!secure && broken === "plain-sent") serve(request, url, body);
      if (!secure && broken !== "plain-served") throw new Refused(403, "Plain HTTP is not permitted.");
      return answer(response, ...serve(request, url, body));
    } catch (error) {
      const status = error instanceof Refused ? error.status : 500;
      const code = status === 500 ? "internal" : "refused";
      return answer(response, status, { error: { code, message: String(error.message) } });
    }
  };
}

const pem = readFileSync(certificate);
const servers = [https.createServer({ key: pem, cert: pem }, listen(true)), http.createServer(listen(false))];
const ports = await Promise.all(
  servers.map((server) => new Promise((ready) => {
    server.keepAliveTimeout = 60_000;
    server.listen(0, "127.0.0.1", () => ready(server.address().port));
  })),
);
const tokens = { admin: grant("admin", "first"), other: grant("other", "second") };
for (const state of Object.keys(REFUSED)) tokens[state] = grant(state, "first", state);
console.log(JSON.stringify({ url: `https://127.0.0.1:${ports[0]}`, plain: `http://127.0.0.1:${ports[1]}`, tokens }));
process.stdin.on("end", () => process.exit(0)).resume();
