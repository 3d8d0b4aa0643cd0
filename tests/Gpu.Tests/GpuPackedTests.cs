using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Gpu.Tests;

/// <summary>Sequences laid end to end, masks in blocks, and values that are not finite, on the GPU.</summary>
public class GpuPackedTests
{
    private static readonly Declaration[] Declarations =
    [
        new("causal", Argument.ParseList(typeof(AttentionAttribute), "CausalAlignment = BottomRight"), [new EncodingDeclaration("rope", [])], new HeadShape(2, 1, 16, 16)),
        new("local", Argument.ParseList(typeof(AttentionAttribute), "Window = 9"), [new EncodingDeclaration("alibi", [])], new HeadShape(2, 2, 8, 12)),
    ];

    private static readonly Lazy<IReadOnlyList<KernelHost>> Hosts = new(static () => GpuKernels.Compile(Declarations));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Each_sequence_gets_what_it_would_alone(int index)
    {
        Random random = TestSeed.For("gpu packed", index);
        int[] lengths = [3, 0, 66, 17];
        var test = new PackedCase(Declarations[index], random, lengths, lengths);
        KernelCall whole = test.NewCall(SimdTier.Best, 0);
        Hosts.Value[index].Strided(whole);
        int first = 0;
        for (int s = 0; s < lengths.Length; s++)
        {
            if (lengths[s] > 0)
            {
                KernelCall alone = test.Alone(s, SimdTier.Best);
                Hosts.Value[index].Strided(alone);
                Compare(alone, whole, first, lengths[s]);
            }

            first += lengths[s];
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_value_that_is_not_finite_reaches_only_the_rows_that_see_it(int index)
    {
        Random random = TestSeed.For("gpu values", index);
        ConformanceCase test = ConformanceCase.Plain(Declarations[index], random, 1, 40, 40);
        test.Value[20 * test.Sizes.ValueDim] = float.NaN;
        test.Value[21 * test.Sizes.ValueDim] = float.PositiveInfinity;
        Checker.Check(Hosts.Value[index].Strided, test, SimdTier.Best, Checker.Rows(test, random), "GPU");
    }

    internal static void Compare(KernelCall alone, KernelCall whole, int first, int length)
    {
        for (int head = 0; head < alone.Output.Layout.Heads; head++)
        {
            for (int query = 0; query < length; query++)
            {
                for (int feature = 0; feature < alone.Output.Layout.Dim; feature++)
                {
                    float expected = alone.Output.At(0, head, query, feature), actual = whole.Output.At(0, head, first + query, feature);
                    Assert.True(BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual), $"Head {head}, row {first} + {query}, feature {feature}: expected {expected}, got {actual} ({whole.Inputs}; {TestSeed.Repeat}).");
                }
            }
        }
    }
}
