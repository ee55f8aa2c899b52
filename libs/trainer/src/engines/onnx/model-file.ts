import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Element types, by their numbers in `TensorProto.DataType` of onnx.proto. */
export const elementTypes = { float: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof elementTypes;

/** A name stands for an extent that differs from run to run. */
export type Shape = readonly (number | string)[];

/** What flows along an edge of a graph. Whoever names an output writes here. */
export interface Value {
  name: string;
}

export interface ValueInfo {
  readonly value: Value;
  readonly type: ElementType;
  readonly shape: Shape;
}

export interface Constant {
  readonly value: Value;
  readonly type: 'float' | 'int64';
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

/** Integers and lists of them are written as such; floating-point attributes are `{ float }`. */
export type Attribute =
  | number
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: GraphModel };

export interface NodeModel {
  readonly operator: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface GraphModel {
  readonly name: string;
  readonly nodes: readonly NodeModel[];
  readonly constants: readonly Constant[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

// Field numbers of the messages in https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const model = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 };
const operatorSet = { version: 2 };
const graph = { node: 1, name: 2, initializer: 5, input: 11, output: 12 };
const node = { input: 1, output: 2, operator: 4, attribute: 5 };
const attribute = { name: 1, float: 2, int: 3, graph: 6, ints: 8, type: 20 };
const attributeTypes = { float: 1, int: 2, graph: 5, ints: 7 };
const tensor = { dims: 1, dataType: 2, name: 8, rawData: 9 };
const valueInfo = { name: 1, type: 2 };
const type = { tensorType: 1 };
const tensorType = { elementType: 1, shape: 2 };
const tensorShape = { dim: 1 };
const dimension = { value: 1, parameter: 2 };

const IR_VERSION = 8;
/** The version of the standard operators: what `operator` names mean. */
const OPERATOR_SET = 17;

/** The bytes of an ONNX model, as a protobuf message `ModelProto`. */
export function encodeModel(main: GraphModel): Uint8Array {
  const writer = new BinaryWriter();
  writeInteger(writer, model.irVersion, IR_VERSION);
  writeText(writer, model.producerName, 'resdiff');
  writeMessage(writer, model.graph, () => writeGraph(writer, main));
  writeMessage(writer, model.opsetImport, () => {
    writeInteger(writer, operatorSet.version, OPERATOR_SET);
  });
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, own: GraphModel): void {
  for (const each of own.nodes) writeMessage(writer, graph.node, () => writeNode(writer, each));
  writeText(writer, graph.name, own.name);
  for (const each of own.constants) {
    writeMessage(writer, graph.initializer, () => writeConstant(writer, each));
  }
  for (const each of own.inputs) {
    writeMessage(writer, graph.input, () => writeValueInfo(writer, each));
  }
  for (const each of own.outputs) {
    writeMessage(writer, graph.output, () => writeValueInfo(writer, each));
  }
}

function writeNode(writer: BinaryWriter, { operator, inputs, outputs, attributes }: NodeModel) {
  for (const { name } of inputs) writeText(writer, node.input, name);
  for (const { name } of outputs) writeText(writer, node.output, name);
  writeText(writer, node.operator, operator);
  for (const [name, value] of Object.entries(attributes)) {
    writeMessage(writer, node.attribute, () => writeAttribute(writer, name, value));
  }
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  writeText(writer, attribute.name, name);
  if (typeof value === 'number') {
    writeInteger(writer, attribute.int, value);
    writeInteger(writer, attribute.type, attributeTypes.int);
  } else if (isList(value)) {
    for (const integer of value) writeInteger(writer, attribute.ints, integer);
    writeInteger(writer, attribute.type, attributeTypes.ints);
  } else if ('float' in value) {
    writer.tag(attribute.float, WireType.Bit32).float(value.float);
    writeInteger(writer, attribute.type, attributeTypes.float);
  } else {
    writeMessage(writer, attribute.graph, () => writeGraph(writer, value.graph));
    writeInteger(writer, attribute.type, attributeTypes.graph);
  }
}

function isList(value: Exclude<Attribute, number>): value is readonly number[] {
  return Array.isArray(value);
}

function writeConstant(writer: BinaryWriter, own: Constant): void {
  for (const extent of own.shape) writeInteger(writer, tensor.dims, extent);
  writeInteger(writer, tensor.dataType, elementTypes[own.type]);
  writeText(writer, tensor.name, own.value.name);
  writer.tag(tensor.rawData, WireType.LengthDelimited).bytes(littleEndian(own));
}

function littleEndian({ type, numbers }: Constant): Uint8Array {
  const size = type === 'float' ? 4 : 8;
  const view = new DataView(new ArrayBuffer(size * numbers.length));
  numbers.forEach((number, i) => {
    if (type === 'float') view.setFloat32(size * i, number, true);
    else view.setBigInt64(size * i, BigInt(number), true);
  });
  return new Uint8Array(view.buffer);
}

function writeValueInfo(writer: BinaryWriter, { value, type: element, shape }: ValueInfo): void {
  writeText(writer, valueInfo.name, value.name);
  writeMessage(writer, valueInfo.type, () => {
    writeMessage(writer, type.tensorType, () => {
      writeInteger(writer, tensorType.elementType, elementTypes[element]);
      writeMessage(writer, tensorType.shape, () => {
        for (const extent of shape) {
          writeMessage(writer, tensorShape.dim, () => {
            if (typeof extent === 'number') writeInteger(writer, dimension.value, extent);
            else writeText(writer, dimension.parameter, extent);
          });
        }
      });
    });
  });
}

function writeInteger(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function writeText(writer: BinaryWriter, field: number, text: string): void {
  writer.tag(field, WireType.LengthDelimited).string(text);
}

function writeMessage(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}
