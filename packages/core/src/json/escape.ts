const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/

/**
 * Writes text as the inside of a JSON string: `\"`, `\\`, `\b \f \n \r \t`, other controls and lone surrogates as lower-case
 * `\uXXXX`, all else as it is. The text must not end between the halves of a surrogate pair.
 *
 * The test before `JSON.stringify` keeps plain pieces of a few characters cheap; a pair of surrogates passes it needlessly, which is
 * only slower.
 */
export function escapeJson(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text).slice(1, -1) : text
}
