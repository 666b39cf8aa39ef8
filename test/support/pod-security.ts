import type { SentObject } from './kubernetes-objects';

const VOLUMES = new Set([
  ...['name', 'configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim'],
  ...['projected', 'secret'],
]);

/**
 * Why a pod would be refused by the standard `restricted`, one text each. Source: "Pod Security Standards", Kubernetes
 * documentation, for pods of Linux.
 */
export function restrictedProblems(spec: SentObject): string[] {
  const pod = spec['securityContext'] ?? {};
  const containers = [...(spec['initContainers'] ?? []), ...spec['containers']] as SentObject[];
  const problems = [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true),
    ...((spec['volumes'] ?? []) as object[]).flatMap((volume) =>
      Object.keys(volume).filter((kind) => !VOLUMES.has(kind)),
    ),
  ];
  for (const container of containers) {
    const own = container['securityContext'] ?? {};
    const seccomp: unknown = (own.seccompProfile ?? pod.seccompProfile)?.type;
    const ports = (container['ports'] ?? []) as { readonly hostPort?: number }[];
    const rules: Readonly<Record<string, boolean>> = {
      allowPrivilegeEscalation: own.allowPrivilegeEscalation === false,
      runAsNonRoot: (own.runAsNonRoot ?? pod.runAsNonRoot) === true,
      runAsUser: (own.runAsUser ?? pod.runAsUser) !== 0,
      seccompProfile: seccomp === 'RuntimeDefault' || seccomp === 'Localhost',
      'capabilities.drop': ((own.capabilities?.drop ?? []) as string[]).includes('ALL'),
      'capabilities.add': ((own.capabilities?.add ?? []) as string[]).every(
        (name) => name === 'NET_BIND_SERVICE',
      ),
      privileged: own.privileged !== true,
      procMount: own.procMount === undefined || own.procMount === 'Default',
      hostPort: ports.every(({ hostPort = 0 }) => hostPort === 0),
    };
    const broken = Object.keys(rules).filter((name) => !rules[name]);
    problems.push(...broken.map((name) => `${String(container['name'])}: ${name}`));
  }
  return problems;
}
