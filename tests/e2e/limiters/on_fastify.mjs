// @fastify/rate-limit: on_fastify.mjs PORT [draft].
import Fastify from "fastify";
import rateLimit from "@fastify/rate-limit";

const [port, draft] = process.argv.slice(2);
const app = Fastify();
await app.register(rateLimit, { max: 3, timeWindow: 5000, enableDraftSpec: Boolean(draft) });
app.get("/things", async () => []);
await app.listen({ port: Number(port), host: "127.0.0.1" });
