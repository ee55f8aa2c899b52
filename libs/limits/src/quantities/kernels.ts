import { copiedInputsCorrelation, limitKernel } from '../kernels.ts';
import { copiedInputsMeanField } from '../moments.ts';
import { limitParameters } from '../parameters.ts';
import { residual } from './common.ts';
import { pairRows, quantity, UNDEFINED } from './quantity.ts';

export const kernels = quantity({
  name: 'kernels',
  description: "the limiting kernel (lambda_0 + r)(e^C - 1) and its correlations; phi''(0) = 0",
  parameters: residual,
  rows({ activation, z, T, sigmaW, sigmaB }) {
    const law = { sigmaW, sigmaB };
    const { lambda } = copiedInputsMeanField(z);
    const correlations = z.flatMap((a) => z.map((b) => copiedInputsCorrelation(a, b, law)));
    return [
      ...pairRows('kernel', z, limitKernel(lambda, limitParameters(activation, law), T)),
      ...pairRows('correlation', z, correlations).map((row) =>
        Number.isNaN(row.value) ? { ...row, value: UNDEFINED } : row,
      ),
    ];
  },
});
