import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

/**
 * The server that people and Prometheus look at. `/healthz` says that the process answers at all, `/readyz` that checks may
 * be sent to it.
 */
export function httpServer(registry: Registry, ready: () => boolean): Server {
  return createServer((request, response) => {
    switch (request.url) {
      case '/metrics':
        metrics(registry, response);
        return;
      case '/healthz':
        reply(response, 200, 'ok');
        return;
      case '/readyz':
        reply(response, ready() ? 200 : 503, ready() ? 'ready' : 'not ready');
        return;
      default:
        reply(response, 404, 'not found');
    }
  });
}

function reply(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type }).end(text);
}

function metrics(registry: Registry, response: ServerResponse): void {
  registry.metrics().then(
    (text) => {
      reply(response, 200, text, registry.contentType);
    },
    () => {
      reply(response, 500, 'metrics failed');
    },
  );
}
