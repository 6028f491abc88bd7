// koa-ratelimit: on_koa.mjs PORT.
import Koa from "koa";
import ratelimit from "koa-ratelimit";

const app = new Koa();
app.use(ratelimit({ driver: "memory", db: new Map(), max: 3, duration: 5000, id: (ctx) => ctx.ip }));
app.use((ctx) => {
  if (ctx.path === "/things") ctx.body = [];
});
app.listen(Number(process.argv[2]), "127.0.0.1");
