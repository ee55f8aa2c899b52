/** Why there is no GPU to be found, and what can be done about it. */
export interface Absence {
  readonly reason: string;
  readonly remedy: string;
}

/**
 * Why WebGPU found no adapter, by what Dawn and the Vulkan loader wrote to standard error while it was
 * looked for. On Linux a missing loader, a missing driver and one that is too old are told apart.
 */
export function whyNoAdapter(said: string, platform: NodeJS.Platform): Absence {
  const warnings = Array.from(said.matchAll(/^Warning: (.*)$/gm), ([, warning]) => warning);
  if (platform === 'linux') return whyNoVulkan(warnings, said);
  const [api, remedy] =
    platform === 'darwin'
      ? ['Metal', 'Macs have it, but not all virtual machines and remote sessions.']
      : ['Direct3D 12', "Install the driver of the card's maker."];
  const why = warnings.length > 0 ? `: ${warnings[0]}` : '';
  return { reason: `no GPU was found that can be used with ${api}${why}`, remedy };
}

const INSTALL_DRIVER =
  "Install one: that of NVIDIA with its Vulkan files, or Mesa's (mesa-vulkan-drivers in Debian) for other cards and for rendering in software. Where it is installed and not found, VK_DRIVER_FILES (VK_ICD_FILENAMES for old loaders) names its JSON file.";

function whyNoVulkan(warnings: readonly string[], said: string): Absence {
  const match = (pattern: RegExp) => warnings.find((warning) => pattern.test(warning));
  const noLoader = match(/^Couldn't load Vulkan: /);
  if (noLoader !== undefined) {
    const why = noLoader.replace("Couldn't load Vulkan: ", '');
    return {
      reason: `the Vulkan loader cannot be loaded: ${why}`,
      remedy: 'Install it (libvulkan1 in Debian, vulkan-loader in Fedora), and a Vulkan driver.',
    };
  }
  const unfit = match(/insufficient|unsupported|required/i);
  if (unfit !== undefined) {
    const [, driver] = /^ - While .*? for (.*) \(vendorId/m.exec(said) ?? [];
    return {
      reason: `the Vulkan driver${driver === undefined ? '' : ` ${driver}`} is too old, or is for a card that WebGPU cannot use: ${unfit}`,
      remedy: 'Install a newer driver, or use another card.',
    };
  }
  const broken = match(/Failed loading library associated with ICD JSON|Failed to open JSON file/);
  if (broken !== undefined || match(/Found no drivers/) !== undefined) {
    const what = broken === undefined ? '' : `: ${broken}`;
    return {
      reason: `the Vulkan loader is there, but no driver that it can load${what}`,
      remedy: INSTALL_DRIVER,
    };
  }
  const other = warnings.length > 0 ? `: ${warnings[0]}` : '';
  return {
    reason: `no GPU was found that can be used with Vulkan${other}`,
    remedy: INSTALL_DRIVER,
  };
}
