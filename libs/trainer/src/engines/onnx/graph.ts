import {
  encodeModel,
  type Attribute,
  type Constant,
  type ElementType,
  type GraphModel,
  type NodeModel,
  type Shape,
  type Value,
  type ValueInfo,
} from './model-file.ts';

export type { Value } from './model-file.ts';

export interface GemmOptions {
  /** Factor of the product; 1 if left out. */
  readonly alpha?: number;
  /** Added to the product; may be broadcast. */
  readonly add?: Value;
  /** Factor of `add`; 1 if left out. */
  readonly beta?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
}

export interface Loop {
  /** How many times, an int64 scalar. */
  readonly count: Value;
  /** Carried from turn to turn: what it starts as, and its shape. */
  readonly carried: Readonly<Record<string, { readonly start: Value; readonly shape: Shape }>>;
  /** What a turn carries on, by the same names, and a scalar that is kept of every turn. */
  readonly turn: (
    body: Graph,
    carried: Readonly<Record<string, Value>>,
    iteration: Value,
  ) => { readonly carried: Readonly<Record<string, Value>>; readonly kept: Value };
}

/** Operators that an execution provider of ONNX Runtime does not have. */
export type Lacks = readonly ('LogSoftmax' | 'Sign')[];

/**
 * Builds a graph of ONNX operators: a method emits a node and returns its output. All numbers are
 * f32 unless said otherwise. Names of values are given by the outermost graph, so that those of a
 * loop's body may be used together with those around it.
 */
export class Graph {
  readonly lacks: Lacks;
  private readonly nodes: NodeModel[] = [];
  private readonly constants = new Map<string, Constant>();
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: ValueInfo[] = [];
  private readonly newName: () => string;

  /** @param lacks operators that it must make do without. */
  constructor(lacks: Lacks = [], outer?: Graph) {
    let count = 0;
    this.lacks = lacks;
    this.newName = outer ? outer.newName : () => `v${count++}`;
  }

  input(name: string, shape: Shape, type: ElementType = 'float'): Value {
    const value = { name };
    this.inputs.push({ value, type, shape });
    return value;
  }

  /** Makes a value that a node of this graph gives an output of this name. */
  output(name: string, value: Value, shape: Shape, type: ElementType = 'float'): void {
    value.name = name;
    this.outputs.push({ value, type, shape });
  }

  scalar(number: number): Value {
    return this.constant('float', [], [number]);
  }

  /** alpha A B + beta C, with A or B transposed where asked for. */
  gemm(a: Value, b: Value, options: GemmOptions = {}): Value {
    const { alpha = 1, add, beta = 1, transA = false, transB = false } = options;
    return this.emit('Gemm', add ? [a, b, add] : [a, b], {
      alpha: { float: alpha },
      beta: { float: beta },
      transA: Number(transA),
      transB: Number(transB),
    });
  }

  add(a: Value, b: Value): Value {
    return this.emit('Add', [a, b]);
  }

  subtract(a: Value, b: Value): Value {
    return this.emit('Sub', [a, b]);
  }

  multiply(a: Value, b: Value): Value {
    return this.emit('Mul', [a, b]);
  }

  divide(a: Value, b: Value): Value {
    return this.emit('Div', [a, b]);
  }

  /** An operator of one argument, number by number: `Tanh`, `Exp`. */
  apply(operator: string, a: Value): Value {
    return this.emit(operator, [a]);
  }

  /** 1 where a number is positive and 0 where it is 0, for numbers that are not negative. */
  step(a: Value): Value {
    if (!this.lacks.includes('Sign')) return this.apply('Sign', a);
    return this.select(this.emit('Greater', [a, this.scalar(0)]), this.scalar(1), this.scalar(0));
  }

  /** True where two tensors have the same number. */
  equals(a: Value, b: Value): Value {
    return this.emit('Equal', [a, b]);
  }

  /** The entries of `a` where a condition holds, and of `b` elsewhere. */
  select(condition: Value, a: Value, b: Value): Value {
    return this.emit('Where', [condition, a, b]);
  }

  /** A tensor of zeros. */
  zeros(shape: Value): Value {
    return this.emit('Expand', [this.scalar(0), shape]);
  }

  /** Rows of a tensor, or one of its entries where `indices` is a scalar. */
  gather(tensor: Value, indices: Value): Value {
    return this.emit('Gather', [tensor, indices], { axis: 0 });
  }

  /** The sum of all numbers, a scalar. */
  sum(a: Value): Value {
    return this.emit('ReduceSum', [a], { keepdims: 0 });
  }

  /** The sum of each row, rows x 1. */
  sumRows(a: Value): Value {
    return this.emit('ReduceSum', [a, this.constant('int64', [1], [1])], { keepdims: 1 });
  }

  /** The logarithm of the softmax of each row. */
  logSoftmax(a: Value): Value {
    if (!this.lacks.includes('LogSoftmax')) return this.emit('LogSoftmax', [a], { axis: -1 });
    const most = this.emit('ReduceMax', [a], { axes: [1], keepdims: 1 });
    const shifted = this.subtract(a, most);
    return this.subtract(shifted, this.apply('Log', this.sumRows(this.apply('Exp', shifted))));
  }

  /** @returns the last of what is carried, and of what is kept one number a turn. */
  loop({ count, carried, turn }: Loop): { last: Record<string, Value>; kept: Value } {
    const body = new Graph(this.lacks, this);
    const names = Object.keys(carried);
    const iteration = body.input(this.newName(), [], 'int64');
    const condition = body.input(this.newName(), [], 'bool');
    const given = names.map((name) => body.input(this.newName(), carried[name].shape));
    const next = turn(body, byName(names, given), iteration);
    body.output(this.newName(), body.emit('Identity', [condition]), [], 'bool');
    for (const name of names) {
      body.output(this.newName(), next.carried[name], carried[name].shape);
    }
    body.output(this.newName(), next.kept, []);
    // The empty name stands for no condition: only the count ends the loop.
    const inputs = [count, { name: '' }, ...names.map((name) => carried[name].start)];
    const outputs = [...names, 'kept'].map(() => ({ name: this.newName() }));
    this.nodes.push({
      operator: 'Loop',
      inputs,
      outputs,
      attributes: { body: { graph: body.model('turn') } },
    });
    return { last: byName(names, outputs), kept: outputs[names.length] };
  }

  /** The bytes of an ONNX model. */
  encode(): Uint8Array {
    return encodeModel(this.model('main'));
  }

  private model(name: string): GraphModel {
    const { nodes, inputs, outputs } = this;
    return { name, nodes, inputs, outputs, constants: [...this.constants.values()] };
  }

  private constant(type: Constant['type'], shape: readonly number[], numbers: readonly number[]) {
    const key = JSON.stringify([type, shape, numbers]);
    const known = this.constants.get(key);
    if (known) return known.value;
    const value = { name: this.newName() };
    this.constants.set(key, { value, type, shape, numbers });
    return value;
  }

  private emit(
    operator: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    const output = { name: this.newName() };
    this.nodes.push({ operator, inputs, outputs: [output], attributes });
    return output;
  }
}

function byName(names: readonly string[], values: readonly Value[]): Record<string, Value> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}
