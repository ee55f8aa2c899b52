import type { TrainingState } from '../../engine.ts';
import type { Optimizer } from '../../optimizer.ts';
import type { Parameters, ParameterTensor } from '../../model.ts';
import { mapNames, matrixShape, named } from './program-parts.ts';
import type { Store, VariablesByName } from './store.ts';

/** The state of a training in a store. */
export interface StateVariables {
  readonly parameters: VariablesByName;
  /** Of the tensors that are trained, with Adam. */
  readonly moments?: { readonly first: VariablesByName; readonly second: VariablesByName };
}

export async function allocateState(
  store: Store,
  tensors: readonly ParameterTensor[],
  optimizer: Optimizer,
): Promise<StateVariables> {
  const parameters = await zerosLike(store, tensors);
  if (optimizer.kind === 'gradient-descent') return { parameters };
  const trained = tensors.filter((tensor) => tensor.trained);
  const moments = async () => zerosLike(store, trained);
  return { parameters, moments: { first: await moments(), second: await moments() } };
}

/** Variables of zeros by the names of tensors. */
export async function zerosLike(
  store: Store,
  tensors: readonly ParameterTensor[],
): Promise<VariablesByName> {
  return collect(tensors.map((tensor) => [tensor.name, () => store.zeros(matrixShape(tensor))]));
}

/** Copies a state into variables; moments that it does not have start at 0. */
export async function writeState(
  store: Store,
  { parameters, moments }: StateVariables,
  state: TrainingState,
): Promise<void> {
  await write(store, parameters, state.parameters);
  if (!moments) return;
  await write(store, moments.first, state.moments?.first);
  await write(store, moments.second, state.moments?.second);
}

export async function readState(
  store: Store,
  { parameters, moments }: StateVariables,
): Promise<Omit<TrainingState, 'step'>> {
  return {
    parameters: await read(store, parameters),
    ...(moments && {
      moments: {
        first: await read(store, moments.first),
        second: await read(store, moments.second),
      },
    }),
  };
}

/** What a step changes, by the names that programs have for it. */
export function carriedVariables(
  { parameters, moments }: StateVariables,
  tensors: readonly ParameterTensor[],
): VariablesByName {
  const trained = tensors.filter((tensor) => tensor.trained);
  return {
    ...Object.fromEntries(trained.map(({ name }) => [name, parameters[name]])),
    ...mapNames(moments?.first ?? {}, named.first),
    ...mapNames(moments?.second ?? {}, named.second),
  };
}

async function write(
  store: Store,
  variables: VariablesByName,
  values: Parameters | undefined,
): Promise<void> {
  for (const [name, variable] of Object.entries(variables)) {
    if (values) await store.write(variable, values[name]);
    else await store.fillWithZeros(variable);
  }
}

function read(store: Store, variables: VariablesByName): Promise<Parameters> {
  return collect(
    Object.entries(variables).map(([name, variable]) => [name, () => store.read(variable)]),
  );
}

/** What makes values, one after the other, by name. */
async function collect<T>(
  makers: readonly (readonly [name: string, make: () => Promise<T>])[],
): Promise<Record<string, T>> {
  const made: Record<string, T> = {};
  for (const [name, make] of makers) made[name] = await make();
  return made;
}
