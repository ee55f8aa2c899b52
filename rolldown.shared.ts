/** What finds files of its own at run time stays outside of bundles: native modules, and the threads of Piscina. */
export const loadedAsInstalled = /^(?:@resvg|@tensorflow|onnxruntime-node|piscina|webgpu)(?:\/|$)/;
