import pico from 'picocolors'

/** Functions that put a text in colour, or leave it as it is. */
export type Colors = ReturnType<typeof pico.createColors>

/** Colours for a stream: none where it is no terminal, or where `NO_COLOR` is set. */
export function createColors(stream: { isTTY?: boolean | undefined }): Colors {
  // picocolors' own test also says yes on build servers, whose logs are files.
  return pico.createColors(stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb')
}
