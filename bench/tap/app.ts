/** An ordinary app of node:http behind the proxies: `node app.ts PORT BODY_BYTES`. */
import { createServer } from 'node:http';

const [port, bodyBytes] = process.argv.slice(2).map(Number);
const body = Buffer.alloc(bodyBytes ?? 0, 'x');
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.keepAliveTimeout = 600_000;
server.listen(port, '127.0.0.1');
