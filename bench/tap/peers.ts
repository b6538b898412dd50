import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from './pinned.ts';
import type { Programs } from './programs.ts';

/** What stands between the load and the upstream: `direct` is nothing at all, and `forwarded` adds X-Forwarded-For. */
export type Peer = 'direct' | 'haproxy' | 'nginx' | 'node-http' | 'fastify' | Sidecar;
type Sidecar = 'sidecar' | 'sidecar-forwarded' | 'sidecar-public' | 'sidecar-public-forwarded';

/** Where a peer listens and what it stands in front of. */
export interface Place {
  readonly programs: Programs;
  /** Takes files that a peer is configured with. */
  readonly folder: string;
  readonly port: number;
  readonly upstream: number;
  readonly http2: boolean;
}

const here = import.meta.dirname;

function haproxyFile({ port, upstream, http2 }: Place): string {
  const protocol = http2 ? ' proto h2' : '';
  return `global
  nbthread 1
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  option http-keep-alive
  http-reuse always
frontend callers
  bind 127.0.0.1:${port}${protocol}
  default_backend app
backend app
  server app 127.0.0.1:${upstream} maxconn 8000 pool-max-conn -1${protocol}
`;
}

function nginxFile({ folder, port, upstream }: Place): string {
  return `worker_processes 1;
master_process off;
daemon off;
pid ${folder}/nginx-${port}.pid;
error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${folder}/nginx-body;
  proxy_temp_path ${folder}/nginx-proxy;
  fastcgi_temp_path ${folder}/nginx-fastcgi;
  uwsgi_temp_path ${folder}/nginx-uwsgi;
  scgi_temp_path ${folder}/nginx-scgi;
  keepalive_requests 100000000;
  keepalive_timeout 600s;
  upstream app { server 127.0.0.1:${upstream}; keepalive 1024; keepalive_requests 100000000; keepalive_timeout 600s; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
    }
  }
}
`;
}

/** The sidecar with the flags that injected pods give it. */
function sidecar(peer: Sidecar, { programs, folder, port, upstream }: Place): Command {
  const configFile = join(folder, `${peer}-${port}.json`);
  const forwardedFor = peer.endsWith('-forwarded');
  const config = { generation: 'bench', maxSeries: 2000, scrape: [], scrapeTimeoutMs: 2000, forwardedFor };
  writeFileSync(configFile, JSON.stringify(config));
  const taps = [{ name: 'http', listen: port, app: upstream, protocol: 'http' }];
  const env = {
    NODE_ENV: 'production',
    POD_IPS: '127.0.0.1',
    STANDPIPE_TAPS: JSON.stringify(taps),
    STANDPIPE_CONFIG_FILE: configFile,
    STANDPIPE_LISTEN_HOSTS: '127.0.0.1',
    STANDPIPE_PAGE_PORT: String(port + 100),
    STANDPIPE_READ_PATH: peer.startsWith('sidecar-public') ? 'public' : 'auto',
  };
  const flags = ['--max-semi-space-size=1', '--max-old-space-size=48'];
  return { argv: [process.execPath, ...flags, programs.sidecar], env };
}

/** The command that starts a peer. */
export function commandOf(peer: Exclude<Peer, 'direct'>, place: Place): Command {
  const { programs, folder, port, upstream } = place;
  const file = (text: string): string => {
    const path = join(folder, `${peer}-${port}.conf`);
    writeFileSync(path, text);
    return path;
  };
  const script = (name: string): Command => ({
    argv: [process.execPath, join(here, 'peers', name), String(port), String(upstream)],
  });
  switch (peer) {
    case 'haproxy':
      return { argv: [programs.haproxy, '-db', '-q', '-f', file(haproxyFile(place))] };
    case 'nginx':
      return { argv: [programs.nginx, '-e', 'stderr', '-p', folder, '-c', file(nginxFile(place))] };
    case 'node-http':
      return script('node-http.ts');
    case 'fastify':
      return script('fastify.mjs');
    default:
      return sidecar(peer, place);
  }
}
