/** Loaded into a process (`node --import`), this gives it a stand-in for @tensorflow/tfjs-node-gpu. */
import { register } from 'node:module';

const standIn = new URL('./tfjs-node-gpu.mjs', import.meta.url).href;
const hooks = `
  export const resolve = (name, context, next) =>
    next(name === '@tensorflow/tfjs-node-gpu' ? '${standIn}' : name, context);
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
