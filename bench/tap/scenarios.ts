import { closedLoop, http2Loop, type Load, openLoop } from './load.ts';
import type { Peer } from './peers.ts';

/** What stands behind the proxies. */
export type Upstream = 'small' | 'realistic' | 'app' | 'nghttpd';

/** A kind of load that each peer gets in turns. */
export interface Scenario {
  readonly title: string;
  readonly peers: readonly Peer[];
  /** What the others are compared with; haproxy where it is left out. */
  readonly base?: Peer;
  readonly upstream: Upstream;
  readonly run: (port: number, seconds: number, folder: string) => Promise<Load>;
}

const proxies = ['direct', 'haproxy', 'nginx', 'sidecar', 'sidecar-public'] as const;
const all = [...proxies, 'node-http', 'fastify'] as const;
const withoutNginx = ['direct', 'haproxy', 'sidecar', 'sidecar-public'] as const;

/** Requests a second of the open loop: far below what any of the peers carries. */
const openRate = 1000;

/** The scenarios in which peers are compared under load. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  minimal: {
    title: 'a minimal request, 27 bytes back, 32 connections',
    peers: all,
    upstream: 'small',
    run: (port, seconds) => closedLoop(port, { connections: 32, seconds }),
  },
  realistic: {
    title: 'about 1 KB of header fields, 200 paths, 1 KB back, 32 connections',
    peers: all,
    upstream: 'realistic',
    run: (port, seconds) => closedLoop(port, { connections: 32, seconds, script: 'realistic.lua' }),
  },
  open: {
    title: `${openRate} requests a second over 16 connections, 1 KB back`,
    peers: withoutNginx,
    upstream: 'realistic',
    run: (port, seconds, folder) => openLoop(port, openRate, 2 * seconds, folder),
  },
  many: {
    title: 'the realistic request over 512 connections',
    peers: proxies,
    upstream: 'realistic',
    run: (port, seconds) => closedLoop(port, { connections: 512, seconds: 2 * seconds, script: 'realistic.lua' }),
  },
  churn: {
    title: 'a connection for each request, 32 at a time',
    peers: proxies,
    upstream: 'small',
    run: (port, seconds) => closedLoop(port, { connections: 32, seconds, close: true }),
  },
  http2: {
    title: 'HTTP/2 with prior knowledge, 8 connections of 16 streams',
    peers: withoutNginx,
    upstream: 'nghttpd',
    run: (port, seconds) => http2Loop(port, seconds),
  },
  app: {
    title: 'a node:http app, the realistic request, 1 KB back, 32 connections',
    peers: proxies,
    upstream: 'app',
    run: (port, seconds) => closedLoop(port, { connections: 32, seconds, script: 'realistic.lua' }),
  },
  forwarded: {
    title: 'the realistic request with X-Forwarded-For added and without, 1 KB back, 32 connections',
    peers: ['sidecar', 'sidecar-forwarded'],
    base: 'sidecar',
    upstream: 'realistic',
    run: (port, seconds) => closedLoop(port, { connections: 32, seconds, script: 'realistic.lua' }),
  },
  'forwarded-minimal': {
    title: 'the minimal request with X-Forwarded-For added and without, 27 bytes back, 32 connections',
    peers: ['sidecar', 'sidecar-forwarded'],
    base: 'sidecar',
    upstream: 'small',
    run: (port, seconds) => closedLoop(port, { connections: 32, seconds }),
  },
  'forwarded-public': {
    title: 'the realistic request with X-Forwarded-For added and without, by the public read path',
    peers: ['sidecar-public', 'sidecar-public-forwarded'],
    base: 'sidecar-public',
    upstream: 'realistic',
    run: (port, seconds) => closedLoop(port, { connections: 32, seconds, script: 'realistic.lua' }),
  },
};
