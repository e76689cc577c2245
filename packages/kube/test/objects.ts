import type { RawObject } from './fake-api.ts'

/** A Service as the API has it. */
export function service(name: string, spec: Record<string, unknown> = {}, namespace = 'default'): RawObject {
  return {
    metadata: { name, namespace, labels: { app: name } },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', ports: [{ port: 80 }], ...spec },
  }
}
