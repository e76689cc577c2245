import { KubeTestEnvError } from '../error.ts'

/** The API server's `no`: its reason and its message, as kubectl would show them. */
export function refusal(operation: string, status: number, body: string): KubeTestEnvError {
  return new KubeTestEnvError('REFUSED', operation, `${status} ${messageOf(body)}`, { status })
}

function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: string }
    return message ?? body
  } catch {
    return body.trim()
  }
}

/** Whether an error is the API server's answer with this status: 404 there is none, 409 there is one or it has changed. */
export function isStatus(error: unknown, status: number): error is KubeTestEnvError {
  return error instanceof KubeTestEnvError && error.status === status
}
