/** A configuration as somebody writes it: services with one frontend and some backends each. */
export function largeConfig(services: number, backendsEach: number): string {
  const lines = [
    'apiVersion: skep.dev/v1',
    'kind: LoadBalancer',
    'spec:',
    '  devices: [eth0]',
    `  capacity: { services: ${services}, backends: ${services * backendsEach} }`,
    '  services:',
  ]
  for (let i = 0; i < services; i++) {
    lines.push(
      `    - name: service-${i}`,
      `      frontends: [{ address: 10.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}, port: 443 }]`,
      '      backends:',
    )
    for (let j = 0; j < backendsEach; j++)
      lines.push(`        - { address: ${backendAddress(i * backendsEach + j)}, port: 8443 }`)
  }
  return `${lines.join('\n')}\n`
}

function backendAddress(number: number): string {
  return `172.${16 + ((number >>> 16) & 15)}.${(number >>> 8) & 255}.${number & 255}`
}
