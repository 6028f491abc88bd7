// Receivers with node:http and the official libraries of npm, as their pages show them.
import { createServer } from "node:http";
import { verify } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";

const secret = process.env.RECEIVER_SECRET;

const receivers = {
  "/github": async (headers, body) => {
    const signature = headers["x-hub-signature-256"];
    return signature !== undefined && (await verify(secret, body, signature));
  },
  "/standard-webhooks": async (headers, body) => {
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  },
};

async function respond(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const receive = receivers[request.url];
  let status = 404;
  if (receive) {
    status = request.method === "POST" ? 401 : 405;
    if (status === 401 && (await receive(request.headers, Buffer.concat(chunks).toString()))) status = 204;
  }
  response.writeHead(status).end();
}

createServer((request, response) => {
  respond(request, response).catch(() => response.writeHead(500).end());
}).listen(Number(process.env.PORT), "127.0.0.1");
