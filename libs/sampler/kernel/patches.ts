/**
 * Products of the patches of a convolutional network ([PF22], section 3.2). A patch is the features of
 * the sites in a window about its own, with zeros outside of the image, so the product of two patches
 * is the sum, over the places of the window, of the products of the sites that stand there. Every
 * product of two sites is made once; the sums go along rows, then along columns.
 */
import { reserve } from './memory';
import { products } from './products';

let sites: i32 = 0;
let rows: i32 = 0;
let columns: i32 = 0;
/** How far a window reaches to either side; -1 where inputs are no sites. */
let reach: i32 = -1;
/** Products of sites, their sums along the rows of windows, and along the columns: sites x sites, f64. */
let gram: usize = 0;
let along: usize = 0;
let sums: usize = 0;
let rowBytes: usize = 0;
/** 0, 1, 2, ... as i32. */
let all: usize = 0;

/** Takes the inputs for the sites of images, one after another, an image by rows; `kernel` is odd. */
export function patchesReserve(images: i32, rows_: i32, columns_: i32, kernel: i32): void {
  rows = rows_;
  columns = columns_;
  reach = (kernel - 1) >> 1;
  sites = images * rows * columns;
  rowBytes = <usize>sites << 3;
  const bytes = <usize>sites * rowBytes;
  gram = reserve(bytes);
  along = reserve(bytes);
  sums = reserve(bytes);
  all = reserve(<usize>sites << 2);
  for (let i = 0; i < sites; i++) store<i32>(all + (<usize>i << 2), i);
}

/** Whether inputs are the sites of images. */
@inline
export function convolves(): bool {
  return reach >= 0;
}

/** The products of a site's patch with those of all sites, as f64. */
@inline
export function patchProducts(site: i32): usize {
  return sums + <usize>site * rowBytes;
}

/** Makes the products of all patches of features at `at`, `bytes` (a multiple of 64) a site apart. */
export function multiplyPatches(at: usize, bytes: usize): void {
  for (let i = 0; i < sites; i++) {
    const row = gram + <usize>i * rowBytes;
    const others = all + (<usize>i << 2);
    products(at + <usize>i * bytes, at, bytes, others, sites - i, row + (<usize>i << 3));
    for (let j = i + 1; j < sites; j++)
      store<f64>(gram + <usize>j * rowBytes + (<usize>i << 3), load<f64>(row + (<usize>j << 3)));
  }
  const bytesInAll = <usize>sites * rowBytes;
  memory.fill(along, 0, bytesInAll);
  memory.fill(sums, 0, bytesInAll);
  for (let site = 0; site < sites; site++) {
    const column = site % columns;
    for (let v = max(-reach, -column); v <= min(reach, columns - 1 - column); v++)
      addRuns(along, site, gram, v, columns, v);
  }
  for (let site = 0; site < sites; site++) {
    const row = (site / columns) % rows;
    for (let u = max(-reach, -row); u <= min(reach, rows - 1 - row); u++)
      addRuns(sums, site, along, u * columns, rows * columns, u * columns);
  }
}

/**
 * Adds, to the row of a site in `to`, what stands in the row of the site `from` places on, each
 * element `by` places on as well, where that is in the same run of `length` elements.
 */
function addRuns(to: usize, site: i32, source: usize, from: i32, length: i32, by: i32): void {
  const out = to + <usize>site * rowBytes;
  const row = source + <usize>(site + from) * rowBytes;
  const count = length - abs(by);
  const first = max(0, -by);
  for (let run = first; run < sites; run += length) add(out + (<usize>run << 3), row + (<usize>(run + by) << 3), count);
}

function add(out: usize, from: usize, count: i32): void {
  const end = out + (<usize>count << 3);
  for (; out + 16 <= end; out += 16, from += 16)
    v128.store(out, f64x2.add(v128.load(out), v128.load(from)));
  if (out < end) store<f64>(out, load<f64>(out) + load<f64>(from));
}
