import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const repository = new URL('../../../', import.meta.url);

/** The folder of data sets that has MNIST, beside the repository or in it. */
export const mnistFolder = ['data', '../shared/data']
  .map((path) => fileURLToPath(new URL(path, repository)))
  .find((path) =>
    ['', '.gz'].some((end) => existsSync(`${path}/mnist/train-images-idx3-ubyte${end}`)),
  );
