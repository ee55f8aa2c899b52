import { defineConfig } from 'rolldown';
import { loadedAsInstalled } from '../../rolldown.shared.ts';

/**
 * The command, its worker and the process of a device in a few files: Node.js takes three times as
 * long to start from the more than 500 modules that they are made of. Files that modules name by
 * `new URL(…, import.meta.url)` come along.
 */
export default defineConfig({
  input: {
    main: 'dist/main.js',
    worker: '@resdiff/experiments/worker',
    'device-child': '@resdiff/runtime/device-child',
  },
  platform: 'node',
  external: loadedAsInstalled,
  experimental: { resolveNewUrlToAsset: true },
  output: {
    dir: 'dist/bundle',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    assetFileNames: '[name]-[hash][extname]',
  },
});
