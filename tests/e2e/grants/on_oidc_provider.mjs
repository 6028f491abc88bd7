// An authorization server on oidc-provider, with its own pages for login and consent, and an
// operation that takes its tokens.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const scopes = ["things:read", "things:all"];
const client = (name, held) => ({
  client_id: `client-${name}`,
  client_secret: process.env[`${name.toUpperCase()}_SECRET`],
  redirect_uris: [`https://client-${name}.example/callback`],
  grant_types: ["authorization_code", "client_credentials", "refresh_token"],
  response_types: ["code"],
  scope: held.join(" "),
});

const app = {
  client_id: "client-app",
  token_endpoint_auth_method: "none",
  redirect_uris: ["https://client-app.example/callback"],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  scope: scopes.join(" "),
};

const provider = new Provider(issuer, {
  clients: [client("a", scopes), client("b", scopes), client("limited", scopes.slice(0, 1)), app],
  scopes,
  findAccount: (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  features: {
    clientCredentials: { enabled: true },
    revocation: { enabled: true, allowedPolicy: (ctx, one, token) => token.clientId === one.clientId },
    devInteractions: { enabled: true },
    userinfo: { enabled: false },
  },
  issueRefreshToken: async (ctx, one) => one.grantTypeAllowed("refresh_token"),
  pkce: { required: () => true },
  rotateRefreshToken: true,
  routes: {
    authorization: "/oauth/authorize",
    token: "/oauth/token",
    revocation: "/oauth/revoke",
  },
  ttl: { AccessToken: 3600, ClientCredentials: 3600, AuthorizationCode: 300 },
});
const serve = provider.callback();
const needs = { "GET /things": "things:read", "GET /things/all": "things:all" };

createServer(async (request, response) => {
  const needed = needs[`${request.method} ${request.url}`];
  if (!needed) return serve(request, response);
  const word = (request.headers.authorization ?? "").replace(/^Bearer /i, "");
  const token =
    word === process.env.TOKEN
      ? { scopes: new Set(scopes) }
      : (await provider.AccessToken.find(word)) ?? (await provider.ClientCredentials.find(word));
  const status = !token ? 401 : token.scopes.has(needed) ? 200 : 403;
  response.writeHead(status, { "Content-Type": "application/json" }).end("[]");
}).listen(port, "127.0.0.1");
