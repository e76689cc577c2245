import { z } from 'zod'
import { ciliumService, described, type PutService, serviceSpec } from '../../cilium/model.ts'
import { withPut, withStates } from '../../cilium/put.ts'
import { CiliumRefusal } from '../../cilium/refused.ts'
import { checkCapacity } from '../../config/capacity.ts'
import type { Controller } from '../../controller/controller.ts'
import { configOf, type Wanted } from '../../controller/wanted.ts'
import { HttpProblem } from '../problem.ts'
import { type Answer, ok, readJson, type Route, route, type RouteSpec } from '../route.ts'

interface Id {
  readonly id: number
}

const idParam: z.ZodType<Id> = z.strictObject({ id: z.coerce.number('write a number').int().min(0).max(4_294_967_295) })
const message = z.string()
const path = '/v1/service/{id}'
const refusals = {
  460: { description: 'Invalid frontend', schema: message },
  461: { description: 'Invalid backend', schema: message },
  500: { description: 'Cannot be carried out', schema: message },
  501: { description: 'The states of backends cannot be changed so', schema: message },
}

/** The services of Cilium's API, with its model and its status codes (v1.11). */
export function ciliumRoutes(controller: Controller): Route[] {
  const check = checkOf(controller)
  const found = (id: number) => controller.wanted.put.find((one) => one.id === id)
  return [
    route({
      method: 'GET',
      path: '/v1/service',
      summary: "the services that were put by Cilium's API",
      answers: { 200: { description: 'All of them, by id', schema: z.array(ciliumService) } },
      handle: () => ok(controller.wanted.put.map(described)),
    }),
    byId({
      method: 'GET',
      summary: 'one of them',
      answers: { 200: { description: 'The service', schema: ciliumService }, 404: { description: 'There is none' } },
      handle: ({ params }) => {
        const service = found(params.id)
        return service === undefined ? { status: 404 } : ok(described(service))
      },
    }),
    byId({
      method: 'PUT',
      summary: 'create or update one',
      body: {
        name: 'ServiceSpec',
        description: 'Its spec; the id is that of the path, where it is left out',
        types: ['application/json'],
        schema: serviceSpec,
      },
      answers: { 200: { description: 'Updated' }, 201: { description: 'Created' }, ...refusals },
      handle: ({ params, body }) => put(controller, check, params.id, body),
    }),
    byId({
      method: 'DELETE',
      summary: 'delete one',
      answers: { 200: { description: 'Deleted' }, 404: { description: 'There is none' }, 500: refusals[500] },
      handle: ({ params }) => remove(controller, check, params.id),
    }),
  ]
}

function byId(spec: Omit<RouteSpec<Id, object>, 'path' | 'params'>): Route {
  const plain = route<Id>({ ...spec, path, params: idParam })
  return { ...plain, handle: (request) => asCilium(() => plain.handle(request)) }
}

async function put(controller: Controller, check: Check, id: number, body: string): Promise<Answer> {
  const spec = readJson(serviceSpec, body)
  if (spec.updateServices === true) {
    await controller.change({ next: (wanted) => ({ ...wanted, put: withStates(wanted.put, spec) }), check })
    return { status: 200 }
  }
  const service: PutService = { ...spec, id: spec.id ?? id }
  if (service.id !== id)
    throw new CiliumRefusal('failure', `the path says ID ${id}, the body ${service.id}; they must be the same`)
  let isNew = true
  const next = (wanted: Wanted) => {
    isNew = !wanted.put.some((one) => one.id === id)
    return { ...wanted, put: withPut(wanted.put, service, wanted.declared.config) }
  }
  await controller.change({ next, check })
  return { status: isNew ? 201 : 200 }
}

async function remove(controller: Controller, check: Check, id: number): Promise<Answer> {
  let isThere = false
  const next = (wanted: Wanted) => {
    isThere = wanted.put.some((one) => one.id === id)
    return isThere ? { ...wanted, put: wanted.put.filter((one) => one.id !== id) } : wanted
  }
  await controller.change({ next, check })
  return { status: isThere ? 200 : 404 }
}

type Check = (next: Wanted) => void

/** Nothing is changed that the tables have no room for. */
function checkOf(controller: Controller): Check {
  return (next) => {
    const findings = [...checkCapacity(configOf(next)), ...controller.refusals(next.put)]
    if (findings.length > 0) throw new CiliumRefusal('failure', findings.map((one) => one.message).join('; '))
  }
}

/** Errors as Cilium's clients read them: a string; what does not fit the model is an object with code and message. */
async function asCilium(work: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CiliumRefusal) return { status: error.status, body: error.message }
    if (!(error instanceof HttpProblem)) throw error
    const status = error.errors.length > 0 ? 422 : 400
    return { status, body: { code: status, message: error.message } }
  }
}
