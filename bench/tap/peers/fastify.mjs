/**
 * Fastify with its proxy plugin: `node fastify.mjs PORT UPSTREAM_PORT`. No TypeScript, since its packages are only there once
 * the bench has installed them.
 */
import proxy from '@fastify/http-proxy';
import fastify from 'fastify';

const [port, upstream] = process.argv.slice(2);
const server = fastify({ keepAliveTimeout: 600_000 });
await server.register(proxy, {
  upstream: `http://127.0.0.1:${upstream}`,
  undici: { connections: 256, pipelining: 1 },
});
await server.listen({ port: Number(port), host: '127.0.0.1' });
