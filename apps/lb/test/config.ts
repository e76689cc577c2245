import { parseConfig } from '../src/config/load.ts'
import { ConfigError } from '@skep/config-file'

export const valid = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services:
    - name: web
      frontends:
        - address: 192.0.2.10
          port: 80
      backends:
        - { address: 10.1.0.11, port: 8080 }
        - { address: 10.1.0.12, port: 8080, weight: 2 }
`

export function refusal(text: string): string[] {
  try {
    parseConfig('lb.yaml', text)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}
