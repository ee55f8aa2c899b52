import { constants, deflateSync } from 'node:zlib';
import type { Rgb } from './colors.ts';

/** An image whose pixels are indices of colours. */
export interface IndexedImage {
  width: number;
  height: number;
  /** Row by row from the top, a byte for each pixel. */
  pixels: Uint8Array;
  /** At most 256. */
  palette: Rgb[];
}

/**
 * The image as a `data:` URL of a PNG file ("Portable Network Graphics Specification", W3C, 2003).
 * Its bytes depend on the image alone: runs are all that the compression looks for, and these it
 * finds in the same way on all machines.
 */
export function pngUrl(image: IndexedImage): string {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(image.width, 0);
  header.writeUInt32BE(image.height, 4);
  const [bitDepth, indexed] = [8, 3];
  header.set([bitDepth, indexed], 8);
  const file = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(image.palette.flat())),
    chunk('IDAT', deflateSync(filtered(image), { level: 9, strategy: constants.Z_RLE })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${file.toString('base64')}`;
}

const paeth = 4;

/** The rows, each behind its type of filter, as differences from what Paeth's filter predicts. */
function filtered({ width, height, pixels }: IndexedImage): Uint8Array {
  const rows = new Uint8Array((width + 1) * height);
  const at = (x: number, y: number) => (x < 0 || y < 0 ? 0 : pixels[y * width + x]);
  for (let y = 0; y < height; y++) {
    const start = y * (width + 1);
    rows[start] = paeth;
    for (let x = 0; x < width; x++) {
      rows[start + 1 + x] = at(x, y) - predicted(at(x - 1, y), at(x, y - 1), at(x - 1, y - 1));
    }
  }
  return rows;
}

function predicted(left: number, up: number, upLeft: number): number {
  const [toLeft, toUp] = [Math.abs(up - upLeft), Math.abs(left - upLeft)];
  const toUpLeft = Math.abs(left + up - 2 * upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
