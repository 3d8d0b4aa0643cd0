using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>One linear map <c>output = input * weight + bias</c>, its weight kept only in the order the matrix product reads.</summary>
internal sealed class Projection : IDisposable
{
    /// <param name="inputs">Features of the input.</param>
    /// <param name="outputs">Features of the output.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="precision">How the weight is stored.</param>
    public Projection(int inputs, int outputs, bool bias, WeightPrecision precision)
    {
        Weight = new PackedMatrix(inputs, outputs, precision);
        Bias = bias ? new float[outputs] : [];
    }

    /// <summary><c>[inputs, outputs]</c>.</summary>
    public PackedMatrix Weight { get; }

    /// <summary><c>[outputs]</c>, or empty.</summary>
    public float[] Bias { get; }

    /// <summary>Maps contiguous rows.</summary>
    public void Apply(ReadOnlySpan<float> input, int rows, Span<float> output, int maxThreads, SimdTier tier) =>
        Gemm.Multiply(input, rows, Weight, Bias, output, maxThreads, tier);

    /// <inheritdoc/>
    public void Dispose() => Weight.Dispose();
}
