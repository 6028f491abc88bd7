// @nestjs/throttler: on_nest.mjs PORT. Without TypeScript, decorators are plain calls.
import "reflect-metadata";
import { Controller, Get, Module } from "@nestjs/common";
import { APP_GUARD, NestFactory } from "@nestjs/core";
import { ThrottlerGuard, ThrottlerModule } from "@nestjs/throttler";

class Things {
  list() {
    return [];
  }
}
Get()(Things.prototype, "list", Object.getOwnPropertyDescriptor(Things.prototype, "list"));
Controller("things")(Things);
class App {}
Module({
  imports: [ThrottlerModule.forRoot([{ ttl: 5000, limit: 3 }])],
  controllers: [Things],
  providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
})(App);

const app = await NestFactory.create(App, { logger: false });
await app.listen(Number(process.argv[2]), "127.0.0.1");
