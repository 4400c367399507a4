import { type FormatPrinter, printers as all, representatives } from '@tooldelta/testkit'

/** The formats that property tests run for: all, or with `FORMATS=representatives` one of each kind of syntax. */
export const printers: readonly FormatPrinter[] =
  process.env['FORMATS'] === 'representatives' ? [...representatives] : all
