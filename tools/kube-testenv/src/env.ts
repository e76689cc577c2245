import { Cluster } from './cluster.ts'
import { makeFolder } from './control-plane/folder.ts'
import { freePort } from './control-plane/free-port.ts'
import type { KubeTestEnvOptions } from './options.ts'
import { assertBuilt } from './programs/programs.ts'

/**
 * Starts a control plane: etcd, kube-apiserver, kube-controller-manager. Resolves when the API server is ready, in a few
 * seconds; everything is gone when the scope ends, and when the process does.
 *
 * Throws {@link KubeTestEnvError} `NOT_BUILT` where the programs were not built yet, `NOT_RUNNING` with the end of a log.
 *
 *     await using cluster = await kubeTestEnv()
 *     await cluster.api.create(services, { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } })
 */
export async function kubeTestEnv(options: KubeTestEnvOptions = {}): Promise<Cluster> {
  assertBuilt()
  const cluster = new Cluster(makeFolder(), await freePort(), options)
  try {
    await cluster.start()
    return cluster
  } catch (error) {
    await cluster[Symbol.asyncDispose]()
    throw error
  }
}
