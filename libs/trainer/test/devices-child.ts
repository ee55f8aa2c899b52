/* Prints how the devices that the arguments name are refused. */
import { EngineUnavailableError, onnxEngine } from '../src/index.ts';

const refusals = [];
for (const device of process.argv.slice(2)) {
  try {
    refusals.push({ device: (await onnxEngine({ device })).device });
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error;
    refusals.push({ message: error.message, remedy: error.remedy });
  }
}
console.log(JSON.stringify(refusals));
// Where it has found no adapter, ONNX Runtime 1.27.0 breaks off a process that ends by itself.
process.exit();
