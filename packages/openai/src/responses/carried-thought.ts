/**
 * Clients such as Codex send a thought back only as `encrypted_content`, which they do not read. Nothing here is secret: it is the text that
 * the client has got, in a form that comes back.
 */
const mark = 'tooldelta1.'

/** A thought as `encrypted_content`. */
export function carryThought(text: string): string {
  const bytes = new TextEncoder().encode(text)
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return mark + btoa(binary)
}

/** @returns undefined for what another server has made */
export function readCarriedThought(content: unknown): string | undefined {
  if (typeof content !== 'string' || !content.startsWith(mark)) return undefined
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(content.slice(mark.length)), (letter) => letter.charCodeAt(0)))
  } catch {
    return undefined
  }
}
