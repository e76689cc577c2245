/** The demo's addresses, as in the picture in the project's README. */
export const vips = { ipv4: '192.0.2.10', ipv6: '2001:db8:ff::10' } as const

export type Family = keyof typeof vips

/** What clients open. */
export const urls: Readonly<Record<Family, string>> = { ipv4: `http://${vips.ipv4}/`, ipv6: `http://[${vips.ipv6}]/` }

/** A backend's addresses, by its number from 1. */
export function backend(number: number): Readonly<Record<Family, string>> & { readonly name: string } {
  return { name: `backend-${number}`, ipv4: `10.1.0.${10 + number}`, ipv6: `2001:db8:1::${10 + number}` }
}

/** The configuration file, with the backends of these numbers. */
export function configText(numbers: readonly number[]): string {
  const list = (family: Family) =>
    numbers.map((number) => `        - { address: "${backend(number)[family]}", port: 8080 }`).join('\n')
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  services:
    - name: web-v4
      frontends: [{ address: "${vips.ipv4}", port: 80 }]
      backends:
${list('ipv4')}
    - name: web-v6
      frontends: [{ address: "${vips.ipv6}", port: 80 }]
      backends:
${list('ipv6')}
    - name: echo
      frontends: [{ address: "${vips.ipv4}", port: 7 }]
      backends:
${list('ipv4').replaceAll('8080', '7')}
`
}
