import { hostname } from 'node:os'

/** This node's name: as it is told, as the pod's environment has it, or the host's. Kubelets write it in lower case. */
export function nodeName(
  told: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return told || environment['K8S_NODE_NAME'] || hostname().toLowerCase()
}
