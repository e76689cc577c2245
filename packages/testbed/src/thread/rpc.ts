import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { MessagePort, Worker } from 'node:worker_threads'

/** What a thread offers: each verb takes one argument and answers with one structured-cloneable value. */
export type Verbs = Readonly<Record<string, (argument: never) => unknown>>

type Call = { readonly call: number; readonly verb: string; readonly argument: unknown }
type Answer = { readonly answer: number; readonly value?: unknown; readonly error?: string }
type End = { readonly end: true }
type Event = { readonly event: string; readonly value: unknown }

/** What a thread has to end by itself; see {@link RemoteThread}. */
const endWithinMs = 3000

/**
 * Answers calls that arrive at the port until it is told to end: then `close` lets go of all that keeps the thread alive. The
 * `ready` event says that it listens.
 */
export function serveCalls(port: MessagePort, verbs: Verbs, close: () => void): void {
  port.on('message', (message: Call | End) => {
    if ('call' in message) void answer(port, verbs, message)
    else {
      close()
      port.close()
    }
  })
  port.postMessage({ event: 'ready', value: undefined } satisfies Event)
}

async function answer(port: MessagePort, verbs: Verbs, { call, verb, argument }: Call): Promise<void> {
  try {
    const value = await verbs[verb]?.(argument as never)
    port.postMessage({ answer: call, value } satisfies Answer)
  } catch (error) {
    port.postMessage({ answer: call, error: error instanceof Error ? error.message : String(error) } satisfies Answer)
  }
}

/** Tells the other side of a port that something happened. */
export function emit(port: MessagePort, event: string, value: unknown): void {
  port.postMessage({ event, value } satisfies Event)
}

/**
 * A thread that answers calls; disposing of it ends the thread and refuses what is not yet answered. It is asked to end by
 * itself first: Node.js may spin for ever when it terminates a thread in the middle of writing to its sockets.
 */
export class RemoteThread implements AsyncDisposable {
  readonly #worker: Worker
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #listeners = new Map<string, (value: unknown) => void>()
  #calls = 0
  #ended: Error | undefined

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (message: Answer | Event) => this.#receive(message))
    worker.on('error', (error) => this.#end(error))
    worker.on('exit', (code) => this.#end(new Error(`the thread ended with code ${code}`)))
  }

  /** Resolves when the thread answers calls; rejects with its error when it ends before. */
  static async start(worker: Worker): Promise<RemoteThread> {
    const thread = new RemoteThread(worker)
    const ready = Promise.withResolvers<unknown>()
    thread.#waiting.set(-1, ready)
    thread.on('ready', ready.resolve)
    try {
      await ready.promise
    } catch (error) {
      await thread[Symbol.asyncDispose]()
      throw error
    }
    thread.#waiting.delete(-1)
    return thread
  }

  async call<T>(verb: string, argument?: unknown): Promise<T> {
    if (this.#ended !== undefined) throw this.#ended
    const call = this.#calls++
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(call, waiting)
    this.#worker.postMessage({ call, verb, argument } satisfies Call)
    return (await waiting.promise) as T
  }

  /** One listener per event. */
  on<T>(event: string, listener: (value: T) => void): void {
    this.#listeners.set(event, listener as (value: unknown) => void)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === undefined) await this.#askToEnd()
    await this.#worker.terminate()
  }

  async #askToEnd(): Promise<void> {
    const ended = new AbortController()
    const exit = once(this.#worker, 'exit')
    this.#end(new Error('the thread was ended'))
    this.#worker.postMessage({ end: true } satisfies End)
    await Promise.race([exit, delay(endWithinMs, undefined, ended).catch(() => {})])
    ended.abort()
  }

  #receive(message: Answer | Event): void {
    if ('event' in message) return this.#listeners.get(message.event)?.(message.value)
    const waiting = this.#waiting.get(message.answer)
    this.#waiting.delete(message.answer)
    if (message.error === undefined) waiting?.resolve(message.value)
    else waiting?.reject(new Error(message.error))
  }

  #end(error: Error): void {
    this.#ended ??= error
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended)
    this.#waiting.clear()
  }
}
