/** The status codes that Cilium's API has for `PUT /service/{id}`. */
export const codes = { invalidFrontend: 460, invalidBackend: 461, failure: 500, states: 501 } as const

/** What Cilium's API refuses, with its status code. The message names the value and what would be right. */
export class CiliumRefusal extends Error {
  override readonly name = 'CiliumRefusal'
  readonly code = 'REFUSED'
  readonly status: number

  constructor(reason: keyof typeof codes, message: string) {
    super(message)
    this.status = codes[reason]
  }
}
