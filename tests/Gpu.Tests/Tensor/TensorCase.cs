#if !ILGPU_PRESENT
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Gpu.Tests;

/// <summary>
/// One call on tensor cores and what it may be off by. Inputs are numbers of 16 bits, so that rounding them changes nothing; the oracle sees the same. What is left,
/// with u the unit roundoff of the precision (2^-8 for bfloat16, 2^-11 for half), beside the FP32 kernel's tolerance:
/// each weight is rounded, by at most u of itself (or half the least half), and so the output by u max |v|;
/// rotated and normalised rows are rounded once more, so that a score is off by e = (2u + u^2) Scale |q| |k|, the log-sum-exp by as much, and each weight's share by a factor of e^2e;
/// an output in 16 bits is rounded by u of itself.
/// </summary>
internal sealed class TensorCase(TensorHosts.Host host, ConformanceCase test)
{
    private static readonly Lazy<GpuAttentionContext> Cuda = new(() => GpuAttentionContext.Create(GpuAttentionContext.ListDevices().First(static device => device.Kind == GpuDeviceKind.Cuda).Index));

    /// <summary>The executor as a CUDA device.</summary>
    public static GpuAttentionContext Context => Cuda.Value;

    private double Unit => host.Precision == GpuPrecision.BFloat16 ? Math.Pow(2, -8) : Math.Pow(2, -11);

    /// <summary>Random data whose numbers have 16 bits.</summary>
    public static ConformanceCase Draw(TensorHosts.Host host, Random random, int batch, int queries, int keys, int[]? keyLengths = null, Arrangement arrangement = Arrangement.HeadsFirst)
    {
        ConformanceCase plain = ConformanceCase.Plain(host.Declaration, random, batch, queries, keys);
        float[] Rounded(float[] values) => [.. values.Select(value => Widen(Narrow(value, host.Precision), host.Precision))];
        return new ConformanceCase
        {
            Declaration = host.Declaration,
            Sizes = plain.Sizes,
            Query = Rounded(plain.Query),
            Key = Rounded(plain.Key),
            Value = Rounded(plain.Value),
            Inputs = keyLengths is null ? plain.Inputs : plain.Inputs with { KeyLengths = keyLengths },
            WantsLogSumExp = plain.WantsLogSumExp,
            InputArrangement = arrangement,
            OutputArrangement = arrangement,
        };
    }

    /// <summary>Bits of a float in 16 bits.</summary>
    public static ushort Narrow(float value, GpuPrecision precision) => (ushort)GpuExecutor.Ptx.SixteenBits.Narrow(value, precision == GpuPrecision.BFloat16);

    /// <summary>A float of 16 bits.</summary>
    public static float Widen(ushort bits, GpuPrecision precision) => GpuExecutor.Ptx.SixteenBits.Widen(bits, precision == GpuPrecision.BFloat16);

    /// <summary>Calls over FP32 tensors and compares.</summary>
    public void CheckWide()
    {
        KernelCall call = CallWide();
        Compare(call.Output.Get(), call.LogSumExp?.Get(), 0);
    }

    /// <summary>Calls over FP32 tensors.</summary>
    public KernelCall CallWide()
    {
        KernelCall call = test.NewCall();
        using (var memory = new DeviceCall(Context, call))
        {
            host.Forward(Context, memory.Query, memory.Key, memory.Value, memory.Output, call, memory.Arguments);
            memory.ReadBack();
        }

        Assert.Equal(0, call.Output.BrokenCanaries());
        return call;
    }

    /// <summary>Calls over 16-bit tensors and compares.</summary>
    public void CheckNarrow() => CheckNarrow(Context);

    /// <summary>Calls over 16-bit tensors of a device and compares.</summary>
    public void CheckNarrow(GpuAttentionContext context)
    {
        KernelCall call = test.NewCall();
        AttentionSizes sizes = test.Sizes;
        DeviceTensorView16 Upload(float[] values, int heads, int length, int dim)
        {
            DeviceFloats16 memory = context.Allocate16(values.Length, host.Precision);
            memory.CopyFrom([.. values.Select(value => Narrow(value, host.Precision))]);
            return DeviceTensorView16.HeadsFirst(memory, sizes.Batch, heads, length, dim);
        }

        using var memory = new DeviceCall(context, call);
        DeviceTensorView16 output = Upload(new float[sizes.RowCount * sizes.ValueDim], sizes.Heads, sizes.QueryLength, sizes.ValueDim);
        host.Forward16(context, Upload(test.Query, sizes.Heads, sizes.QueryLength, sizes.HeadDim), Upload(test.Key, sizes.KvHeads, sizes.KeyLength, sizes.HeadDim), Upload(test.Value, sizes.KvHeads, sizes.KeyLength, sizes.ValueDim), output, call, memory.Arguments);
        memory.ReadBack();
        ushort[] bits = new ushort[output.Memory!.Count];
        output.Memory.CopyTo(bits);
        Compare([.. bits.Select(value => Widen(value, host.Precision))], call.LogSumExp?.Get(), Unit);
    }

    private void Compare(float[] output, float[]? logSumExp, double rounding)
    {
        AttentionSizes sizes = test.Sizes;
        var reference = new ReferenceAttention(test.Problem);
        double largest = test.Value.Where(float.IsFinite).Max(MathF.Abs), ofScores = ScoreError();
        for (int index = 0; index < sizes.RowCount; index++)
        {
            ReferenceRow row = reference.Row(index / sizes.QueryLength / sizes.Heads, index / sizes.QueryLength % sizes.Heads, index % sizes.QueryLength);
            double weights = (Unit + (row.VisibleKeys * Math.Pow(2, -25))) * largest, shares = (Math.Exp(2 * ofScores) - 1) * 2 * largest;
            for (int feature = 0; feature < sizes.ValueDim; feature++)
            {
                float actual = output[(index * sizes.ValueDim) + feature];
                double expected = row.Output[feature], allowed = row.OutputTolerance + weights + shares + (rounding * (Math.Abs(expected) + weights + shares));
                bool agrees = double.IsFinite(expected) ? Math.Abs(actual - expected) <= allowed : !float.IsFinite(actual);
                Assert.True(agrees, $"Row {index}, feature {feature}: expected {expected:R}, got {actual:R}, allowed {allowed:E2}. {test} ({TestSeed.Repeat})");
            }

            bool sums = logSumExp is null || (double.IsNegativeInfinity(row.LogSumExp) ? float.IsNegativeInfinity(logSumExp[index]) : Math.Abs(logSumExp[index] - row.LogSumExp) <= row.LogSumExpTolerance + ofScores);
            Assert.True(sums, $"Row {index}: expected log-sum-exp {row.LogSumExp:R}, got {logSumExp?[index]:R}, allowed {row.LogSumExpTolerance + ofScores:E2}. {test} ({TestSeed.Repeat})");
        }
    }

    private double ScoreError()
    {
        Declaration declaration = host.Declaration;
        bool isRounded = declaration.IsRotary || declaration.Parameters.Int("QkNorm", 0) != 0;
        if (!isRounded)
        {
            return 0;
        }

        double Longest(float[] rows) => rows.Chunk(test.Sizes.HeadDim).Max(static row => Math.Sqrt(row.Where(float.IsFinite).Sum(static element => (double)element * element)));
        double lengths = declaration.Parameters.Int("QkNorm", 0) switch { 0 => Longest(test.Query) * Longest(test.Key), 2 => 1, _ => test.Sizes.HeadDim * 4 };
        return ((2 * Unit) + (Unit * Unit)) * lengths / Math.Sqrt(test.Sizes.HeadDim);
    }
}
#endif
