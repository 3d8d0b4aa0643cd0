namespace AttentionGen.Reference;

/// <summary>The weights of a mamba layer. Projections are <c>[inputs, outputs]</c>, row-major.</summary>
/// <param name="Input"><c>[DModel, 2 * InnerDim]</c>.</param>
/// <param name="Taps"><c>[InnerDim, Convolution]</c>.</param>
/// <param name="TapBias"><c>[InnerDim]</c>.</param>
/// <param name="Selection"><c>[InnerDim, DtRank + 2 * StateSize]</c>.</param>
/// <param name="Step"><c>[DtRank, InnerDim]</c>.</param>
/// <param name="StepBias"><c>[InnerDim]</c>.</param>
/// <param name="LogRates"><c>[InnerDim, StateSize]</c>.</param>
/// <param name="Skip"><c>[InnerDim]</c>.</param>
/// <param name="Output"><c>[InnerDim, DModel]</c>.</param>
public sealed record MambaLayerWeights(float[] Input, float[] Taps, float[] TapBias, float[] Selection, float[] Step, float[] StepBias, float[] LogRates, float[] Skip, float[] Output);

/// <summary>A mamba layer over one sequence in double precision (Gu and Dao 2023, section 3.4 and figure 3).</summary>
public static class ReferenceMamba
{
    /// <summary>The layer's output, <c>[length, DModel]</c>.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="input"><c>[length, DModel]</c>.</param>
    /// <param name="length">Positions.</param>
    public static double[] Forward(MambaLayerWeights weights, float[] input, int length)
    {
        int inner = weights.Skip.Length, width = weights.Output.Length / inner, states = weights.LogRates.Length / inner;
        int rank = weights.Step.Length / inner, selection = rank + (2 * states);
        double[] both = ReferenceGemm.Multiply(ReferenceProblem.Widen(input), weights.Input, length, width, 2 * inner, null);
        double[] u = Convolve(Columns(both, length, 2 * inner, 0, inner), weights, length, inner);
        double[] selected = ReferenceGemm.Multiply(u, weights.Selection, length, inner, selection, null);
        var scan = new SelectiveScan
        {
            Channels = inner,
            States = states,
            Length = length,
            U = u,
            Delta = ReferenceGemm.Multiply(Columns(selected, length, selection, 0, rank), weights.Step, length, rank, inner, weights.StepBias),
            A = [.. weights.LogRates.Select(log => -Math.Exp(log))],
            B = Columns(selected, length, selection, rank, states),
            C = Columns(selected, length, selection, rank + states, states),
            D = ReferenceProblem.Widen(weights.Skip),
            Z = Columns(both, length, 2 * inner, inner, inner),
        };
        return ReferenceGemm.Multiply(scan.Forward().Output, weights.Output, length, inner, width, null);
    }

    private static double[] Convolve(double[] x, MambaLayerWeights weights, int length, int inner)
    {
        int taps = weights.Taps.Length / inner;
        var result = new double[x.Length];
        for (int t = 0; t < length; t++)
        {
            for (int channel = 0; channel < inner; channel++)
            {
                double sum = weights.TapBias[channel];
                for (int k = 0; k < taps; k++)
                {
                    int row = t - (taps - 1) + k;
                    sum += row < 0 ? 0 : weights.Taps[(channel * taps) + k] * x[(row * inner) + channel];
                }

                result[(t * inner) + channel] = SelectiveScan.Silu(sum);
            }
        }

        return result;
    }

    private static double[] Columns(double[] rows, int length, int width, int first, int count) =>
        [.. Enumerable.Range(0, length).SelectMany(t => rows.AsSpan((t * width) + first, count).ToArray())];
}
