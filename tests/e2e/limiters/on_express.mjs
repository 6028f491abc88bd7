// express-rate-limit: on_express.mjs PORT [DRAFT] [no-legacy]; "flexible": rate-limiter-flexible.
import express from "express";
import { rateLimit } from "express-rate-limit";
import { RateLimiterMemory } from "rate-limiter-flexible";

const [port, draft, legacy] = process.argv.slice(2);
const app = express();
if (draft === "flexible") {
  const limiter = new RateLimiterMemory({ points: 3, duration: 5 });
  app.use((req, res, next) =>
    limiter.consume(req.ip).then(() => next(), () => res.status(429).send("Too Many Requests")));
} else {
  app.use(rateLimit({
    windowMs: 5000,
    limit: 3,
    ...(draft ? { standardHeaders: draft } : {}),
    ...(legacy ? { legacyHeaders: false } : {}),
  }));
}
app.get("/things", (req, res) => res.json([]));
app.listen(Number(port), "127.0.0.1");
