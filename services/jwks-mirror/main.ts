import { readFileSync } from 'node:fs';
import { mirror } from './mirror';

/** Where Kubernetes puts what a pod's account needs: "Managing Service Accounts", Kubernetes documentation. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** @throws Error naming the variable that is not set */
function variable(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined || value === '') throw new Error(`${name} must be set`);
  return value;
}

async function run(): Promise<void> {
  const account = variable('ACCOUNT_FOLDER', ACCOUNT);
  const api = variable('KUBERNETES_API', 'https://kubernetes.default.svc');
  const [namespace, configMap] = [variable('NAMESPACE'), variable('CONFIG_MAP')];
  const written = await mirror({
    jwksUri: variable('JWKS_URI'),
    configMapUrl: `${api}/api/v1/namespaces/${namespace}/configmaps/${configMap}`,
    key: variable('CONFIG_MAP_KEY'),
    token: readFileSync(`${account}/token`, 'utf8'),
    clusterCa: readFileSync(`${account}/ca.crt`, 'utf8'),
  });
  process.stdout.write(`${JSON.stringify({ level: 'info', event: 'jwks-mirror', written })}\n`);
}

run().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${JSON.stringify({ level: 'error', event: 'jwks-mirror', message })}\n`);
  process.exitCode = 1;
});
