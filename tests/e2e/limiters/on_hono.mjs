// hono-rate-limiter: on_hono.mjs PORT DRAFT.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { rateLimiter } from "hono-rate-limiter";

const [port, draft] = process.argv.slice(2);
const app = new Hono();
app.use(rateLimiter({ windowMs: 5000, limit: 3, standardHeaders: draft, keyGenerator: () => "all" }));
app.get("/things", (c) => c.json([]));
serve({ fetch: app.fetch, port: Number(port), hostname: "127.0.0.1" });
