import { findFormat, type ParserOptions, type ResponseTemplate } from '@tooldelta/core'
import { readErrorMessage, UsageError } from '../errors.ts'
import { readJson } from './read-json.ts'
import { readText } from './read-text.ts'

/**
 * The format of a flag: an id, or a file that ends in `.json` with a response template, bare or in a tokenizer's configuration.
 *
 * @throws UsageError for an unknown id, with the nearest one, or a template that cannot be read, with the key that is wrong
 */
export async function readFormat(format: string): Promise<ParserOptions['format']> {
  if (!format.endsWith('.json')) {
    checkFormat(format)
    return format
  }
  const template = findTemplate(readJson(await readText(format), format), format)
  try {
    findFormat(template)
  } catch (error) {
    throw new UsageError(`${format}: ${readErrorMessage(error)}`)
  }
  return template
}

/** The template in the content of a file. */
export function findTemplate(value: unknown, file: string): ResponseTemplate {
  const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const template = record['response_template'] ?? record
  if (typeof template === 'object' && ('fields' in template || 'response_schema' in template)) {
    return template as ResponseTemplate
  }
  throw new UsageError(
    `${file} holds no response template. It must be one, or a tokenizer_config.json with the key response_template.`,
  )
}

/**
 * Refuses an unknown format.
 *
 * @throws UsageError with the nearest name
 */
export function checkFormat(format: string): void {
  try {
    findFormat(format)
  } catch (error) {
    throw new UsageError(readErrorMessage(error))
  }
}
