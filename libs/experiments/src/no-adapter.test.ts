import { expect, it } from 'vitest';
import { whyNoAdapter } from './no-adapter.ts';

const place = '    at CheckVkSuccessImpl (/home/runner/VulkanError.cpp:106)\n';
const incompatible = `Warning: vkCreateInstance failed with VK_ERROR_INCOMPATIBLE_DRIVER\n${place}`;

// As Dawn of webgpu 0.6.2 and the loader 1.3.239 write it.
it.each([
  [
    'no loader',
    "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory\n",
    'the Vulkan loader cannot be loaded: libvulkan.so.1: cannot open shared object file: No such file or directory',
    /^Install it \(libvulkan1/,
  ],
  [
    'no driver',
    `Warning: vkCreateInstance: Found no drivers!\n${incompatible}`,
    'the Vulkan loader is there, but no driver that it can load',
    /^Install one: .*VK_DRIVER_FILES/,
  ],
  [
    'a driver without its library',
    `Warning: loader_icd_scan: Failed loading library associated with ICD JSON /a.so. Ignoring this JSON\nWarning: vkCreateInstance: Found no drivers!\n${incompatible}`,
    'the Vulkan loader is there, but no driver that it can load: loader_icd_scan: Failed loading library associated with ICD JSON /a.so. Ignoring this JSON',
    /^Install one: /,
  ],
  [
    'a driver that is too old',
    'Warning: Vulkan 1.0 driver is unsupported. At least Vulkan 1.1 is required.\n',
    'the Vulkan driver is too old, or is for a card that WebGPU cannot use: Vulkan 1.0 driver is unsupported. At least Vulkan 1.1 is required.',
    /^Install a newer driver/,
  ],
  [
    'a card that can do too little',
    `Warning: Insufficient Vulkan limits for maxTextureDimension3D\n - While gathering supported limits for "GeForce" - "NVIDIA 390" (vendorId=0x10de)\n${place}`,
    'the Vulkan driver "GeForce" - "NVIDIA 390" is too old, or is for a card that WebGPU cannot use: Insufficient Vulkan limits for maxTextureDimension3D',
    /^Install a newer driver/,
  ],
  [
    'a driver that does not start',
    incompatible,
    'no GPU was found that can be used with Vulkan: vkCreateInstance failed with VK_ERROR_INCOMPATIBLE_DRIVER',
    /^Install one: /,
  ],
  ['nothing', '', 'no GPU was found that can be used with Vulkan', /^Install one: /],
])('on Linux tells what is missing: %s', (_, said, reason, remedy) => {
  expect(whyNoAdapter(said, 'linux').reason).toBe(reason);
  expect(whyNoAdapter(said, 'linux').remedy).toMatch(remedy);
});

it.each([
  ['darwin', 'Metal'],
  ['win32', 'Direct3D 12'],
] as const)('speaks on %s of %s alone', (platform, api) => {
  const { reason, remedy } = whyNoAdapter('', platform);
  expect(reason).toBe(`no GPU was found that can be used with ${api}`);
  expect(reason + remedy).not.toMatch(/vulkan/i);
  expect(whyNoAdapter('Warning: the driver is gone\n', platform).reason).toBe(
    `${reason}: the driver is gone`,
  );
});
