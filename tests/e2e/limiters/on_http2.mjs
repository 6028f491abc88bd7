// A limit of 3 requests, over HTTP/2 and HTTP/1.1: on_http2.mjs PORT CHAIN KEY [forgets].
// "forgets": the limit stands in a layer that HTTP/2 does not pass.
import fs from "node:fs";
import http2 from "node:http2";

const [port, chain, key, mode] = process.argv.slice(2);
let used = 0;
http2.createSecureServer(
  { allowHTTP1: true, cert: fs.readFileSync(chain), key: fs.readFileSync(key) },
  (request, response) => {
    const counted = mode !== "forgets" || request.httpVersionMajor < 2;
    const refused = counted && used >= 3;
    used += counted;
    response.writeHead(refused ? 429 : 200, { "content-type": "application/json" });
    response.end(refused ? "{}" : "[]");
  },
).listen(Number(port), "127.0.0.1");
