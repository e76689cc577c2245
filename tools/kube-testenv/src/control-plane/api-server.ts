import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { programPath } from '../programs/programs.ts'
import type { Ranges } from '../network/ranges.ts'
import { Daemon } from './daemon.ts'
import { etcdUrl, flagList } from './etcd.ts'
import type { Credentials } from './credentials.ts'

export interface ApiServerOptions {
  readonly authorization: 'RBAC' | 'AlwaysAllow'
  readonly featureGates: string
  readonly flags: Readonly<Record<string, string>>
  readonly ranges: Ranges
}

/** Where the API server leaves the certificate that it makes for itself; clients take it for the CA. */
export function certificatePath(folder: string): string {
  return join(folder, 'certificates/apiserver.crt')
}

/** kube-apiserver on a port of 127.0.0.1. */
export function apiServer(
  folder: string,
  port: number,
  credentials: Credentials,
  { authorization, featureGates, flags, ranges }: ApiServerOptions,
  ready: () => Promise<boolean>,
): Daemon {
  const all = {
    'etcd-servers': etcdUrl(folder),
    'bind-address': '127.0.0.1',
    'secure-port': String(port),
    // What the Service `kubernetes` leads to: the control plane's end of the nodes' network.
    'advertise-address': ranges.controlPlane,
    'cert-dir': join(folder, 'certificates'),
    'service-cluster-ip-range': ranges.services.join(','),
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': credentials.publicKeyFile,
    'service-account-signing-key-file': credentials.privateKeyFile,
    'token-auth-file': credentials.tokensFile,
    'authorization-mode': authorization,
    'anonymous-auth': 'false',
    'allow-privileged': 'true',
    // Pods without a service account; nodes without a kubelet that would take the taint off again.
    'disable-admission-plugins': 'ServiceAccount,TaintNodesByCondition',
    ...(featureGates !== '' && { 'feature-gates': featureGates }),
    ...flags,
  }
  return new Daemon({
    name: 'kube-apiserver',
    program: programPath('kube-apiserver'),
    args: flagList(all),
    folder,
    ready: async () => existsSync(certificatePath(folder)) && (await ready()),
  })
}
