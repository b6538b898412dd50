/** The proxy that one writes with node:http and nothing else: `node node-http.ts PORT UPSTREAM_PORT`. */
import { Agent, createServer, request } from 'node:http';

const [port, upstream] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true, maxFreeSockets: 2048 });
const server = createServer((asked, answered) => {
  const { method, url, rawHeaders } = asked;
  const to = { agent, host: '127.0.0.1', port: upstream, method, path: url, headers: rawHeaders };
  const forwarded = request({ ...to, setDefaultHeaders: false });
  forwarded.on('response', (response) => {
    answered.writeHead(response.statusCode ?? 502, response.rawHeaders);
    response.pipe(answered);
  });
  forwarded.on('error', () => answered.destroy());
  asked.pipe(forwarded);
});
server.keepAliveTimeout = 600_000;
server.listen(port, '127.0.0.1');
