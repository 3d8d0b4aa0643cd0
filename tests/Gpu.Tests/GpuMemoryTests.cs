using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Gpu.Tests;

/// <summary>How tensors and tables lie in a device's memory changes no result.</summary>
public class GpuMemoryTests
{
    private static readonly Declaration Standard = new("standard", [], [], new HeadShape(2, 1, 16, 24));
    private static readonly Declaration Relative = new("relative", Argument.ParseList(typeof(AttentionAttribute), "MaxRelativePosition = 4"), [], new HeadShape(1, 1, 8, 8));

    private static readonly Lazy<IReadOnlyList<GpuKernels.Host>> Hosts = new(static () => GpuKernels.CompileHosts([Standard, Relative]));

    // Rows at multiples of 16 bytes are read in vectors, others element by element; an executor's vector at another place is a fault.
    [Fact]
    public void Rows_in_vectors_have_the_bits_of_rows_by_elements()
    {
        ConformanceCase test = ConformanceCase.Plain(Standard, TestSeed.For("gpu vectors", 0), 1, 9, 37);
        (int Offset, int RowGap)[] places = [(0, 0), (4, 8), (1, 0), (0, 1), (2, 2)];
        float[][] outputs = [.. places.Select(place => Run(test, place.Offset, place.RowGap))];
        Assert.All(outputs, output => Assert.True(Bits.Same(outputs[0], output), TestSeed.Repeat));
        Checker.Check(GpuKernels.InHarness(Hosts.Value[0]).Strided, test, SimdTier.Best, Checker.Rows(test, new Random(1)), "GPU");
    }

    [Fact]
    public void A_table_that_a_call_brings_again_is_not_copied_again()
    {
        using GpuStream stream = GpuKernels.Context.CreateStream();
        ConformanceCase[] layers = [.. Enumerable.Range(0, 2).Select(static layer => ConformanceCase.Plain(Relative, TestSeed.For("gpu tables", layer), 1, 6, 6))];
        List<long> bytes = [];
        foreach (int layer in new[] { 0, 1, 0, 1, 0 })
        {
            Checker.Check(call => Run(call, stream), layers[layer], SimdTier.Best, Checker.Rows(layers[layer], new Random(1)), "GPU");
            bytes.Add(stream.WorkspaceBytes);
        }

        // Two tables of 9 vectors of 8 floats for each layer.
        Assert.Equal(2 * 9 * 8 * sizeof(float), bytes[1] - bytes[0]);
        Assert.All(bytes.Skip(1), held => Assert.Equal(bytes[1], held));
    }

    private static void Run(KernelCall call, GpuStream stream)
    {
        using var memory = new DeviceCall(GpuKernels.Context, call);
        Hosts.Value[1].Forward(GpuKernels.Context, memory.Query, memory.Key, memory.Value, memory.Output, call, memory.Arguments with { Stream = stream });
        stream.Synchronize();
        memory.ReadBack();
    }

    private static float[] Run(ConformanceCase test, int offset, int rowGap)
    {
        HeadShape shape = Standard.Shape;
        using DeviceFloats query = Upload(test.Query), key = Upload(Spread(test.Key, shape.HeadDim, offset, rowGap)), value = Upload(Spread(test.Value, shape.ValueDim, offset, rowGap));
        float[] output = new float[test.Sizes.Heads * test.Sizes.QueryLength * shape.ValueDim];
        using DeviceFloats target = Upload(output);
        Hosts.Value[0].Forward(
            GpuKernels.Context,
            DeviceTensorView.HeadsFirst(query, 1, shape.Heads, test.Sizes.QueryLength, shape.HeadDim),
            View(key, test.Sizes.KeyLength, shape.HeadDim, offset, rowGap),
            View(value, test.Sizes.KeyLength, shape.ValueDim, offset, rowGap),
            DeviceTensorView.HeadsFirst(target, 1, shape.Heads, test.Sizes.QueryLength, shape.ValueDim),
            test.NewCall().With(logSumExp: null),
            default);
        target.CopyTo(output);
        return output;
    }

    private static DeviceTensorView View(DeviceFloats memory, int length, int dim, int offset, int rowGap) =>
        new(memory, offset, new TensorLayout(1, 1, length, dim, length * (dim + rowGap), length * (dim + rowGap), dim + rowGap));

    private static float[] Spread(float[] rows, int dim, int offset, int rowGap)
    {
        float[] spread = new float[offset + (rows.Length / dim * (dim + rowGap))];
        spread.AsSpan().Fill(float.NaN);
        for (int row = 0; row < rows.Length / dim; row++)
        {
            rows.AsSpan(row * dim, dim).CopyTo(spread.AsSpan(offset + (row * (dim + rowGap))));
        }

        return spread;
    }

    private static DeviceFloats Upload(float[] data)
    {
        DeviceFloats floats = GpuKernels.Context.Allocate(data.Length);
        floats.CopyFrom(data);
        return floats;
    }
}
