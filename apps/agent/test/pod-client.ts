import type { Pod } from '@skep/kube-testenv'

/** What a process of a pod gets there. */
export function getFrom({ host }: Pod, address: string, port = 80): Promise<string> {
  const name = address.includes(':') ? `[${address}]` : address
  return host.exec('curl', '-sSm5', `http://${name}:${port}/`)
}

/** Resolves when these answer a pod, and nobody else. */
export async function untilAnswered(pod: Pod, wanted: readonly string[], address: string, port = 80): Promise<void> {
  let seen = new Set<string>()
  for (let rounds = 0; rounds < 40; rounds++) {
    seen = new Set()
    for (let i = 0; i < 12; i++) seen.add(await getFrom(pod, address, port).catch((error: Error) => error.message))
    if (seen.size === wanted.length && wanted.every((one) => seen.has(one))) return
  }
  throw new Error(
    `${pod.name} is answered at ${address}:${port} by ${[...seen].join(', ')}, not by ${wanted.join(', ')}`,
  )
}

/** Who a datagram's answer comes from, for a socket that is not connected. */
export async function answeredByUdp({ host }: Pod, address: string, port: number): Promise<string> {
  const script = `import socket
s = socket.socket(socket.AF_INET6 if ':' in '${address}' else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
for i in range(30):
    try:
        s.sendto(b'ping', ('${address}', ${port}))
        data, peer = s.recvfrom(99)
        print(peer[0], peer[1])
        break
    except OSError:
        pass`
  return (await host.exec('python3', '-c', script)).trim()
}
