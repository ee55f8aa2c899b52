/** Bytes that are not what they should be: another format, cut short, or garbled. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
