import { findGpus } from '@resdiff/experiments';
import { chooseDevices, type DeviceProbe } from '@resdiff/runtime';
import { findPeer, missing, type Peer } from '../peers.ts';

/** A GPU, or a program that does as one. */
export interface FoundGpu {
  /** As receipts call it: `webgpu:0`. */
  readonly device: string;
  /** As a person knows it. */
  readonly name: string;
  /** Whether it is a program that runs on the processor: its figures say nothing of a card. */
  readonly software: boolean;
  /** Where ONNX Runtime computes with CUDA, or why it does not. */
  readonly cuda: { readonly device: string } | { readonly missing: string };
}

/** The GPU that is measured, with the peer on it. */
export interface Gpu extends FoundGpu {
  readonly torch: Card | { readonly missing: string };
}

/** A card, with PyTorch. */
export interface Card {
  readonly peer: Peer;
  readonly name: string;
  /** By which PyTorch reaches it: `CUDA 12.4`. */
  readonly toolkit: string;
}

/** @throws UserError if there is no such device. */
export async function findGpu(asked: string): Promise<FoundGpu> {
  const probes = await findGpus();
  const [device] = chooseDevices([asked], probes, ['webgpu']);
  const found = probes.flatMap(({ devices }) => devices).find((each) => each.device === device)!;
  const { name, software = false } = found;
  return { device, name, software, cuda: cudaOf(probes) };
}

function cudaOf(probes: readonly DeviceProbe[]): Gpu['cuda'] {
  const probe = probes.find(({ kind }) => kind === 'cuda');
  if (probe?.devices[0]) return { device: probe.devices[0].device };
  const { reason = 'no card was found', remedy = '' } = probe?.problem ?? {};
  return { missing: `no CUDA: ${reason}. ${remedy}`.trim() };
}

/** The card that PyTorch computes on, or why it computes on none. */
export async function findCard(): Promise<Gpu['torch']> {
  const peer = await findPeer('torch');
  if (!peer) return { missing: missing.torch };
  const { card, toolkit } = (await peer.run('card.py')) as Record<string, string | null>;
  if (card && toolkit) return { peer, name: card, toolkit };
  const reason = toolkit ? `finds no card by ${toolkit}` : 'is built without CUDA';
  return { missing: `PyTorch ${peer.versions.module} ${reason}` };
}

/** Lines that say what is measured, for the head of the results. */
export function describeGpu({ device, name, software, torch }: Gpu): string[] {
  const lines = [`${device}: ${name}`];
  if (software) {
    lines.push('It is a program on the processor: no figure below says anything of a card.');
  }
  if ('missing' in torch) return [...lines, `No peer on a GPU: ${torch.missing}`];
  lines.push(`PyTorch computes on ${torch.name} by ${torch.toolkit}`);
  if (!name.startsWith(torch.name)) {
    lines.push('These may be two cards. CUDA_VISIBLE_DEVICES chooses the one of PyTorch.');
  }
  return lines;
}
