import { isSafeNumber, LosslessNumber, parse, stringify } from 'lossless-json'
import { InvalidRequestError } from '../errors.ts'
import { isObject, type JsonObject } from '../history/values.ts'

/** Numbers that `JSON.parse` might round. */
const longNumber = /[[{:,\s]-?[\d.]*(?:\d[\d.]{15}|\d[eE][+-]?\d{3})/

const readNumber = (text: string): number | LosslessNumber =>
  isSafeNumber(text) ? Number(text) : new LosslessNumber(text)

/** Reads JSON so that a number JavaScript cannot hold keeps its text. */
export function parseExactly(text: string): unknown {
  return longNumber.test(text) ? parse(text, undefined, { parseNumber: readNumber }) : (JSON.parse(text) as unknown)
}

/** Writes what {@link parseExactly} has read. */
export function stringifyExactly(value: unknown): string {
  return stringify(value) ?? 'null'
}

/**
 * Reads the body of a request.
 *
 * @throws InvalidRequestError when it is no JSON object
 */
export function readJsonBody(text: string): JsonObject {
  let body: unknown
  try {
    body = parseExactly(text)
  } catch {
    body = undefined
  }
  if (isObject(body)) return body
  throw new InvalidRequestError('The body must be a JSON object.', 'body', 'invalid_json')
}

/** Whether a text is whole JSON. */
export function isWholeJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
